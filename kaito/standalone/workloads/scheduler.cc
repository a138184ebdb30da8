#include "kaito/standalone/workloads/scheduler.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/api/core/container.h"
#include "kaito/api/core/node.h"
#include "kaito/api/core/pod.h"
#include "kaito/api/core/pod_spec.h"
#include "kaito/api/core/scheduling.h"
#include "kaito/api/meta/condition.h"
#include "kaito/api/meta/quantity.h"
#include "kaito/api/meta/time.h"
#include "kaito/api/schema/codec.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/json/value.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/kube/client/api_client.h"
#include "kaito/kube/queue/reconcile.h"

namespace kaito::standalone {
namespace {

constexpr char kFieldManager[] = "kaito-scheduler";

// In case that what frees the node goes unseen.
constexpr absl::Duration kRetry = absl::Seconds(10);

bool Holds(const api::NodeSelectorRequirement& requirement,
           const std::map<std::string, std::string>& labels) {
  const auto label = labels.find(requirement.key);
  const bool there = label != labels.end();
  const auto among = [&] {
    return there &&
           std::find(requirement.values.begin(), requirement.values.end(),
                     label->second) != requirement.values.end();
  };
  if (requirement.op == "In") return among();
  if (requirement.op == "NotIn") return !among();
  if (requirement.op == "Exists") return there;
  if (requirement.op == "DoesNotExist") return !there;
  int64_t value = 0;
  int64_t bound = 0;
  if (!there || requirement.values.size() != 1 ||
      !absl::SimpleAtoi(label->second, &value) ||
      !absl::SimpleAtoi(requirement.values[0], &bound)) {
    return false;
  }
  return requirement.op == "Gt"   ? value > bound
         : requirement.op == "Lt" ? value < bound
                                  : false;
}

bool TermHolds(const api::NodeSelectorTerm& term, const api::Node& node) {
  const std::map<std::string, std::string> fields = {
      {"metadata.name", node.metadata.name}};
  return std::all_of(term.match_expressions.begin(),
                     term.match_expressions.end(),
                     [&](const api::NodeSelectorRequirement& requirement) {
                       return Holds(requirement, node.metadata.labels);
                     }) &&
         std::all_of(term.match_fields.begin(), term.match_fields.end(),
                     [&](const api::NodeSelectorRequirement& requirement) {
                       return Holds(requirement, fields);
                     }) &&
         !(term.match_expressions.empty() && term.match_fields.empty());
}

std::optional<std::string> WhyNotByLabels(const api::PodSpec& spec,
                                          const api::Node& node) {
  for (const auto& [key, value] : spec.node_selector) {
    const auto label = node.metadata.labels.find(key);
    if (label == node.metadata.labels.end() || label->second != value) {
      return absl::StrCat("it lacks the label ", key, "=", value,
                          " of the pod's node selector");
    }
  }
  if (!spec.affinity || !spec.affinity->node_affinity ||
      !spec.affinity->node_affinity->required) {
    return std::nullopt;
  }
  const auto& terms =
      spec.affinity->node_affinity->required->node_selector_terms;
  if (std::any_of(terms.begin(), terms.end(),
                  [&](const api::NodeSelectorTerm& term) {
                    return TermHolds(term, node);
                  })) {
    return std::nullopt;
  }
  return "its labels don't match the pod's node affinity";
}

// Of all containers at once, or of the largest init container.
api::ResourceList RequestsOf(const api::PodSpec& spec) {
  const auto of = [](const api::Container& container) {
    api::ResourceList list;
    if (container.resources) {
      list = container.resources->limits;
      for (const auto& [name, amount] : container.resources->requests) {
        list[name] = amount;
      }
    }
    return list;
  };
  api::ResourceList requests;
  for (const api::Container& container : spec.containers) {
    for (const auto& [name, amount] : of(container)) {
      requests[name] = requests[name] + amount;
    }
  }
  for (const api::Container& container : spec.init_containers) {
    for (const auto& [name, amount] : of(container)) {
      requests[name] = std::max(requests[name], amount);
    }
  }
  requests["pods"] = api::Quantity(1);
  return requests;
}

std::optional<std::string> WhyNotByResources(
    const api::Pod& pod, const api::Node& node,
    const std::vector<const api::Pod*>& machine_pods) {
  api::ResourceList free =
      node.status ? node.status->allocatable : api::ResourceList();
  for (const api::Pod* other : machine_pods) {
    if (api::IsPodTerminal(*other)) continue;
    for (const auto& [name, amount] : RequestsOf(other->spec)) {
      free[name] = free[name] - amount;
    }
  }
  for (const auto& [name, amount] : RequestsOf(pod.spec)) {
    if (amount <= free[name] || amount.sign() == 0) continue;
    return absl::StrCat("insufficient ", name, ": the pod asks for ",
                        amount.ToString(), ", ", free[name].ToString(),
                        " is free");
  }
  return std::nullopt;
}

// Empty: of a node that does not tell.
absl::string_view MachineOf(const api::Node& node) {
  return node.status ? node.status->node_info.StringAt({"machineID"}) : "";
}

template <typename T>
absl::StatusOr<std::vector<T>> ListAll(kube::ApiClient& client,
                                       const StopToken& stop) {
  KAITO_ASSIGN_OR_RETURN(const kube::ObjectList list,
                         client.List(T::kKind.gvr(), "", {}, stop));
  std::vector<T> objects;
  for (const json::Value& item : list.items) {
    KAITO_ASSIGN_OR_RETURN(T object,
                           api::DecodeOrError<T>(item, T::kKind.kind));
    objects.push_back(std::move(object));
  }
  return objects;
}

absl::Status SayUnschedulable(kube::ApiClient& client, Clock& clock,
                              const api::Pod& pod, const std::string& message,
                              const StopToken& stop) {
  api::PodStatus status = pod.status.value_or(api::PodStatus());
  if (status.phase.empty()) {
    status.phase = std::string(api::pod_phase::kPending);
  }
  api::PodCondition condition = {
      .type = std::string(api::pod_condition::kScheduled),
      .status = api::ConditionStatus::kFalse,
      .reason = "Unschedulable",
      .message = message,
      .last_transition_time = api::Timestamp{clock.Now()}};
  const api::PodCondition* old =
      api::FindPodCondition(pod, api::pod_condition::kScheduled);
  if (old != nullptr) {
    condition.last_transition_time = old->last_transition_time;
    if (old->status == condition.status && old->message == message) {
      return absl::OkStatus();
    }
  }
  std::erase_if(status.conditions, [](const api::PodCondition& one) {
    return one.type == api::pod_condition::kScheduled;
  });
  status.conditions.push_back(std::move(condition));
  return client
      .Patch(api::Pod::kKind.gvr(), {pod.metadata.ns, pod.metadata.name},
             kube::PatchType::kMerge,
             json::Object{{"metadata", json::Object{{"uid", pod.metadata.uid}}},
                          {"status", api::Encode(status)}},
             {.field_manager = kFieldManager, .subresource = "status"}, stop)
      .status();
}

}  // namespace

std::vector<const api::Pod*> PodsOfMachine(
    const api::Node& node, const std::vector<api::Node>& all_nodes,
    const std::vector<api::Pod>& all_pods) {
  const absl::string_view machine = MachineOf(node);
  std::set<std::string> names = {node.metadata.name};
  for (const api::Node& other : all_nodes) {
    if (!machine.empty() && MachineOf(other) == machine) {
      names.insert(other.metadata.name);
    }
  }
  std::vector<const api::Pod*> pods;
  for (const api::Pod& pod : all_pods) {
    if (names.contains(pod.spec.node_name)) pods.push_back(&pod);
  }
  return pods;
}

std::optional<std::string> WhyNot(
    const api::Pod& pod, const api::Node& node,
    const std::vector<const api::Pod*>& machine_pods) {
  if (node.spec.unschedulable) return "it is cordoned";
  if (!api::IsNodeReady(node)) return "it is not ready";
  for (const api::Taint& taint : node.spec.taints) {
    if (taint.effect == "PreferNoSchedule") continue;
    if (std::none_of(pod.spec.tolerations.begin(), pod.spec.tolerations.end(),
                     [&taint](const api::Toleration& toleration) {
                       return api::Tolerates(toleration, taint);
                     })) {
      return absl::StrCat("the pod does not tolerate its taint ", taint.key,
                          "=", taint.value, ":", taint.effect);
    }
  }
  if (auto why = WhyNotByLabels(pod.spec, node)) return why;
  return WhyNotByResources(pod, node, machine_pods);
}

absl::StatusOr<kube::ReconcileResult> SchedulePod(kube::ApiClient& client,
                                                  Clock& clock,
                                                  const kube::ObjectKey& key,
                                                  const StopToken& stop) {
  const absl::StatusOr<json::Value> value =
      client.Get(api::Pod::kKind.gvr(), key, stop);
  if (absl::IsNotFound(value.status())) return kube::ReconcileResult();
  KAITO_RETURN_IF_ERROR(value.status());
  KAITO_ASSIGN_OR_RETURN(const api::Pod pod,
                         api::DecodeOrError<api::Pod>(*value, key.name));
  if (!pod.spec.node_name.empty() || pod.metadata.deletion_timestamp ||
      api::IsPodTerminal(pod)) {
    return kube::ReconcileResult();
  }
  KAITO_ASSIGN_OR_RETURN(const std::vector<api::Pod> pods,
                         ListAll<api::Pod>(client, stop));
  KAITO_ASSIGN_OR_RETURN(const std::vector<api::Node> nodes,
                         ListAll<api::Node>(client, stop));
  std::vector<std::string> reasons;
  for (const api::Node& node : nodes) {
    const std::optional<std::string> why =
        WhyNot(pod, node, PodsOfMachine(node, nodes, pods));
    if (why.has_value()) {
      reasons.push_back(absl::StrCat("node ", node.metadata.name, ": ", *why));
      continue;
    }
    const json::Value binding =
        json::Object{{"apiVersion", "v1"},
                     {"kind", "Binding"},
                     {"metadata", json::Object{{"name", pod.metadata.name},
                                               {"namespace", pod.metadata.ns},
                                               {"uid", pod.metadata.uid}}},
                     {"target", json::Object{{"apiVersion", "v1"},
                                             {"kind", "Node"},
                                             {"name", node.metadata.name}}}};
    KAITO_RETURN_IF_ERROR(
        client
            .Create(api::Pod::kKind.gvr(), pod.metadata.ns, binding,
                    {.field_manager = kFieldManager, .subresource = "binding"},
                    stop)
            .status());
    return kube::ReconcileResult();
  }
  KAITO_RETURN_IF_ERROR(SayUnschedulable(
      client, clock, pod,
      reasons.empty() ? "there is no node yet" : absl::StrJoin(reasons, "; "),
      stop));
  return kube::ReconcileResult{.requeue_after = kRetry};
}

}  // namespace kaito::standalone
