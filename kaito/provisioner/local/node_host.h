#ifndef KAITO_PROVISIONER_LOCAL_NODE_HOST_H_
#define KAITO_PROVISIONER_LOCAL_NODE_HOST_H_

// NodeHost: what makes Nodes of this machine, as LocalProvider sees it: the node
// agent of standalone mode. Each verb is safe to repeat, and what Add() has
// returned survives the program's death.
//
//   class AgentHost final : public NodeHost { ... };
//   LocalProvider provider({.node_name = "laptop", .host = &host});

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/provisioner/types/provider.h"

namespace kaito::provisioner {

struct HostedNode {
  std::string claim;
  std::string node_name;
  std::string provider_id;
  absl::Time created;
};

class NodeHost {
 public:
  virtual ~NodeHost() = default;

  // The claim's Node, made where it has none.
  virtual absl::StatusOr<HostedNode> Add(const InstanceRequest& request) = 0;
  // OK: it goes; NotFound: it is gone.
  virtual absl::Status Remove(absl::string_view claim,
                              const StopToken& stop) = 0;
  // Those of claims.
  virtual std::vector<HostedNode> List() = 0;
};

}  // namespace kaito::provisioner

#endif  // KAITO_PROVISIONER_LOCAL_NODE_HOST_H_
