#ifndef KAITO_API_MACHINE_NODE_CLAIM_H_
#define KAITO_API_MACHINE_NODE_CLAIM_H_

// NodeClaim (karpenter.sh/v1): one node that is to be, Machine's successor; and
// KaitoNodeClass, whose group and kind alone say that a claim is ours.
// Cluster-scoped. The spec of a NodeClaim never changes.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "kaito/api/core/container.h"
#include "kaito/api/core/scheduling.h"
#include "kaito/api/machine/claim_condition.h"
#include "kaito/api/machine/machine.h"
#include "kaito/api/meta/gvk.h"
#include "kaito/api/meta/object_meta.h"
#include "kaito/api/meta/time.h"
#include "kaito/api/schema/type.h"
#include "kaito/base/json/value.h"

namespace kaito::api {

// expireAfter where it is not given.
inline constexpr absl::string_view kDefaultExpireAfter = "720h";

struct NodeClassReference {
  std::string group;  // Empty in objects that were converted from v1beta1.
  std::string kind;
  std::string name;
  json::Object others;

  bool operator==(const NodeClassReference& other) const = default;
};

struct ClaimRequirement {
  std::string key;
  std::string op;  // "operator": In, NotIn, Exists, DoesNotExist, Gt or Lt.
  std::vector<std::string> values;
  std::optional<int64_t> min_values;
  json::Object others;

  bool operator==(const ClaimRequirement& other) const = default;
};

struct NodeClaimSpec {
  std::vector<Taint> taints;
  std::vector<Taint> startup_taints;  // Gone once the node is initialized.
  std::vector<ClaimRequirement> requirements;
  std::optional<ClaimResources> resources;
  NodeClassReference node_class_ref;
  std::string termination_grace_period;  // Duration, or empty for ever.
  std::string expire_after = std::string(kDefaultExpireAfter);  // Or "Never".
  json::Object others;

  bool operator==(const NodeClaimSpec& other) const = default;
};

struct NodeClaimStatus {
  std::string node_name;
  std::string provider_id;
  std::string image_id;
  ResourceList capacity;
  ResourceList allocatable;
  std::vector<ClaimCondition> conditions;  // See claim_condition.h.
  std::optional<Timestamp> last_pod_event_time;
  json::Object others;

  bool operator==(const NodeClaimStatus& other) const = default;
};

struct NodeClaim {
  static constexpr KindInfo kKind = {.group = "karpenter.sh",
                                     .version = "v1",
                                     .kind = "NodeClaim",
                                     .plural = "nodeclaims",
                                     .namespaced = false};

  std::string api_version = "karpenter.sh/v1";
  std::string kind = "NodeClaim";
  ObjectMeta metadata;
  NodeClaimSpec spec;
  std::optional<NodeClaimStatus> status;
  json::Object others;
};

struct KaitoNodeClass {
  static constexpr KindInfo kKind = {.group = "kaito.sh",
                                     .version = "v1alpha1",
                                     .kind = "KaitoNodeClass",
                                     .plural = "kaitonodeclasses",
                                     .namespaced = false};

  std::string api_version = "kaito.sh/v1alpha1";
  std::string kind = "KaitoNodeClass";
  ObjectMeta metadata;
  json::Value spec;    // Nothing so far.
  json::Value status;  // Nothing so far.
  json::Object others;
};

const StructType& Describe(const NodeClassReference*);
const StructType& Describe(const ClaimRequirement*);
const StructType& Describe(const NodeClaimSpec*);
const StructType& Describe(const NodeClaimStatus*);
const StructType& Describe(const NodeClaim*);
const StructType& Describe(const KaitoNodeClass*);

}  // namespace kaito::api

#endif  // KAITO_API_MACHINE_NODE_CLAIM_H_
