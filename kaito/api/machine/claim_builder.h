#ifndef KAITO_API_MACHINE_CLAIM_BUILDER_H_
#define KAITO_API_MACHINE_CLAIM_BUILDER_H_

// The Machines and NodeClaims by which a Workspace asks for nodes, from plain
// values. Two calls with the same values give the same object, name included:
// creating it twice makes one node.
//
//   const NodeClaim claim = BuildNodeClaim(
//       {.workspace = "demo", .ns = "default", .uid = ws.metadata.uid,
//        .ordinal = 0, .instance_type = "Standard_NC12s_v3"});

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "kaito/api/machine/machine.h"
#include "kaito/api/machine/node_claim.h"
#include "kaito/api/meta/quantity.h"

namespace kaito::api {

struct NodeRequest {
  // Whose node it will class with: labels that only one cloud knows.
  enum class Cloud { kAzure, kAws, kOther };

  std::string workspace;
  std::string ns;
  std::string uid;      // Of the Workspace: a name that comes again is another.
  int64_t ordinal = 0;  // Which of the Workspace's nodes.
  int64_t attempt = 0;  // Counts nodes that were given up.
  std::string instance_type;
  std::map<std::string, std::string> match_labels;
  std::optional<Quantity> storage;  // The disk. None: kDefaultStorage.
  Cloud cloud = Cloud::kAzure;
  std::string image_family = "ubuntu";
  std::string node_class = "default";
};

// The disk of a node whose model does not say: KAITO's default for NodeClaims.
inline constexpr absl::string_view kDefaultStorage = "1024Gi";

// "ws" and 9 hexadecimal digits of sha256("<uid>/<ordinal>/<attempt>"). Also
// the name of the cloud's node pool, which may have 12 characters.
std::string ClaimName(absl::string_view uid, int64_t ordinal, int64_t attempt);

Machine BuildMachine(const NodeRequest& request);
NodeClaim BuildNodeClaim(const NodeRequest& request);

// Whether labels with that key are set by KAITO and Karpenter alone, so that a
// Workspace's selector can't set them on a NodeClaim.
bool IsReservedOnClaims(absl::string_view key);

}  // namespace kaito::api

#endif  // KAITO_API_MACHINE_CLAIM_BUILDER_H_
