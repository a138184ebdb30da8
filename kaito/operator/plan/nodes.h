#ifndef KAITO_OPERATOR_PLAN_NODES_H_
#define KAITO_OPERATOR_PLAN_NODES_H_

// Which nodes a Workspace runs on, and which claims for nodes are missing.

#include <cstdint>
#include <string>
#include <vector>

#include "kaito/api/workspace/workspace.h"
#include "kaito/operator/plan/snapshot.h"
#include "kaito/operator/render/claim.h"
#include "kaito/operator/render/settings.h"

namespace kaito::controller {

struct NodeChoice {
  std::vector<ObservedNode> selected;  // Ready; at most as many as asked for.
  std::vector<ObservedClaim> pending;  // Claims whose node is not selected yet.
  std::vector<ClaimOrdinal> to_create;
  int64_t wanted = 0;

  bool enough() const {
    return static_cast<int64_t>(selected.size()) >= wanted;
  }
  // "Waiting for 1 node of type T: Machine ws1 is not launched yet."
  std::string Message(const api::Workspace& workspace,
                      const Settings& settings) const;
};

// Of the ready nodes, preferred ones come first, then those that the Workspace
// has already, then those that were created for claims, then by name. A claim
// is asked for each node that is neither there nor asked for.
NodeChoice ChooseNodes(const api::Workspace& workspace,
                       const Snapshot& snapshot, const Settings& settings);

// "1 node", "2 nodes".
std::string Count(int64_t n, const std::string& noun);

}  // namespace kaito::controller

#endif  // KAITO_OPERATOR_PLAN_NODES_H_
