#include "kaito/api/core/node.h"

#include "absl/strings/string_view.h"
#include "kaito/api/core/open_struct.h"
#include "kaito/api/meta/condition.h"
#include "kaito/api/schema/describe.h"
#include "kaito/api/schema/type.h"

namespace kaito::api {

const NodeCondition* FindNodeCondition(const Node& node,
                                       absl::string_view type) {
  if (!node.status.has_value()) return nullptr;
  for (const NodeCondition& condition : node.status->conditions) {
    if (condition.type == type) return &condition;
  }
  return nullptr;
}

bool IsNodeReady(const Node& node) {
  const NodeCondition* ready = FindNodeCondition(node, node_condition::kReady);
  return ready != nullptr && ready->status == ConditionStatus::kTrue;
}

const StructType& Describe(const NodeSpec*) {
  using T = NodeSpec;
  static const StructType& type = OpenStruct<T>(
      "What is set about a node.",
      {Of("providerID", &T::provider_id, "The machine, as its cloud names it."),
       Of("taints", &T::taints, "Keep pods off."),
       Of("unschedulable", &T::unschedulable, "Whether new pods stay off.")});
  return type;
}

const StructType& Describe(const NodeCondition*) {
  using T = NodeCondition;
  static const StructType& type = OpenStruct<T>(
      "One aspect of the state of a node.",
      {Of("type", &T::type, "What it is about.").Required().Always(),
       Of("status", &T::status, "Whether it holds.").Required(),
       Of("reason", &T::reason, "Why, in one word."),
       Of("message", &T::message, "Why, for people."),
       Of("lastHeartbeatTime", &T::last_heartbeat_time,
          "When the node said so last."),
       Of("lastTransitionTime", &T::last_transition_time,
          "When its status changed last.")});
  return type;
}

const StructType& Describe(const NodeAddress*) {
  using T = NodeAddress;
  static const StructType& type = OpenStruct<T>(
      "An address of a node.",
      {Of("type", &T::type, "InternalIP, Hostname and others.")
           .Required()
           .Always(),
       Of("address", &T::address, "The address or name.").Required().Always()});
  return type;
}

const StructType& Describe(const NodeStatus*) {
  using T = NodeStatus;
  static const StructType& type = OpenStruct<T>(
      "What is known of a node.",
      {Of("capacity", &T::capacity, "All that it has."),
       Of("allocatable", &T::allocatable, "What of it pods may use."),
       Of("conditions", &T::conditions, "Its state, aspect by aspect."),
       Of("addresses", &T::addresses, "Where it is reached."),
       Of("daemonEndpoints", &T::daemon_endpoints, "Port of its kubelet."),
       Of("nodeInfo", &T::node_info, "Versions and architecture.")});
  return type;
}

const StructType& Describe(const Node*) {
  using T = Node;
  static const StructType& type =
      OpenStruct<T>("A machine that runs pods.",
                    {Of("apiVersion", &T::api_version, "Always v1."),
                     Of("kind", &T::kind, "Always Node."),
                     Of("metadata", &T::metadata, "Name, labels, owners."),
                     Of("spec", &T::spec, "What is set about it."),
                     Of("status", &T::status, "What is known of it.")});
  return type;
}

}  // namespace kaito::api
