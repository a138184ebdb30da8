#ifndef KAITO_API_CORE_NODE_H_
#define KAITO_API_CORE_NODE_H_

// A node: a machine that runs pods.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "kaito/api/core/container.h"
#include "kaito/api/core/scheduling.h"
#include "kaito/api/meta/condition.h"
#include "kaito/api/meta/gvk.h"
#include "kaito/api/meta/object_meta.h"
#include "kaito/api/meta/time.h"
#include "kaito/api/schema/type.h"
#include "kaito/base/json/value.h"

namespace kaito::api {

namespace node_condition {
inline constexpr absl::string_view kReady = "Ready";
inline constexpr absl::string_view kMemoryPressure = "MemoryPressure";
inline constexpr absl::string_view kDiskPressure = "DiskPressure";
inline constexpr absl::string_view kPidPressure = "PIDPressure";
inline constexpr absl::string_view kNetworkUnavailable = "NetworkUnavailable";
}  // namespace node_condition

struct NodeSpec {
  std::string provider_id;
  std::vector<Taint> taints;
  bool unschedulable = false;
  json::Object others;

  bool operator==(const NodeSpec& other) const = default;
};

struct NodeCondition {
  std::string type;
  ConditionStatus status = ConditionStatus::kUnknown;
  std::string reason;
  std::string message;
  std::optional<Timestamp> last_heartbeat_time;
  std::optional<Timestamp> last_transition_time;
  json::Object others;

  bool operator==(const NodeCondition& other) const = default;
};

struct NodeAddress {
  std::string type;  // "InternalIP", "Hostname", "ExternalIP".
  std::string address;
  json::Object others;

  bool operator==(const NodeAddress& other) const = default;
};

struct NodeStatus {
  ResourceList capacity;
  ResourceList allocatable;  // What is left of it for pods.
  std::vector<NodeCondition> conditions;
  std::vector<NodeAddress> addresses;
  json::Value daemon_endpoints;  // As it is: the kubelet's port.
  json::Value node_info;         // As it is: versions, architecture.
  json::Object others;

  bool operator==(const NodeStatus& other) const = default;
};

struct Node {
  static constexpr KindInfo kKind = {.group = "",
                                     .version = "v1",
                                     .kind = "Node",
                                     .plural = "nodes",
                                     .namespaced = false};

  std::string api_version = "v1";
  std::string kind = "Node";
  ObjectMeta metadata;
  NodeSpec spec;
  std::optional<NodeStatus> status;
  json::Object others;
};

// The condition of that type, or nullptr.
const NodeCondition* FindNodeCondition(const Node& node,
                                       absl::string_view type);
// By the condition Ready.
bool IsNodeReady(const Node& node);

const StructType& Describe(const NodeSpec*);
const StructType& Describe(const NodeCondition*);
const StructType& Describe(const NodeAddress*);
const StructType& Describe(const NodeStatus*);
const StructType& Describe(const Node*);

}  // namespace kaito::api

#endif  // KAITO_API_CORE_NODE_H_
