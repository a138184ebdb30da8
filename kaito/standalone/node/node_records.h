#ifndef KAITO_STANDALONE_NODE_NODE_RECORDS_H_
#define KAITO_STANDALONE_NODE_NODE_RECORDS_H_

// What is kept on disk of the Nodes that claims have on this machine: a file for
// each claim, so that the program finds its Nodes again whatever became of their
// objects. For LocalNodes.
//
//   KAITO_RETURN_IF_ERROR(WriteNodeRecord(dir, node));
//   KAITO_ASSIGN_OR_RETURN(std::vector<LocalNode> nodes, ReadNodeRecords(dir));

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/api/core/scheduling.h"

namespace kaito::standalone {

// A Node of this machine.
struct LocalNode {
  std::string name;
  std::string provider_id;
  std::string claim;  // Name of the Machine or NodeClaim; empty: nobody's.
  // What the Node is made with; who comes later may change them.
  std::map<std::string, std::string> labels;
  std::vector<api::Taint> taints;
  absl::Time created;  // When the claim got it.

  bool operator==(const LocalNode& other) const = default;
};

// InvalidArgument where the claim's name can't be that of a file.
absl::Status WriteNodeRecord(absl::string_view dir, const LocalNode& node);
// OK also where there is none.
absl::Status RemoveNodeRecord(absl::string_view dir, absl::string_view claim);
// By claim. A file that can't be read as a record is passed over, and logged.
absl::StatusOr<std::vector<LocalNode>> ReadNodeRecords(absl::string_view dir);

}  // namespace kaito::standalone

#endif  // KAITO_STANDALONE_NODE_NODE_RECORDS_H_
