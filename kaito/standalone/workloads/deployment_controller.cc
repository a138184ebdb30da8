#include "kaito/standalone/workloads/deployment_controller.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "kaito/api/core/deployment.h"
#include "kaito/api/core/pod_spec.h"
#include "kaito/api/core/workload_condition.h"
#include "kaito/api/meta/condition.h"
#include "kaito/api/meta/int_or_string.h"
#include "kaito/api/meta/label_selector.h"
#include "kaito/api/meta/object_meta.h"
#include "kaito/api/meta/owner_reference.h"
#include "kaito/api/meta/time.h"
#include "kaito/api/schema/codec.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/digest/sha256.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/kube/client/api_client.h"
#include "kaito/kube/queue/reconcile.h"
#include "kaito/standalone/workloads/owned_objects.h"
#include "kaito/standalone/workloads/replica_sets.h"

namespace kaito::standalone {
namespace {

constexpr char kFieldManager[] = "kaito-workloads";
constexpr char kHashLabel[] = "pod-template-hash";

int64_t IntegerAt(const json::Value& object, absl::string_view part,
                  absl::string_view name) {
  const json::Value* value = object.FindPath({part, name});
  return value == nullptr ? 0 : value->integer().value_or(0);
}

Scale ScaleOf(const json::Value& set) {
  return {.wanted = IntegerAt(set, "spec", "replicas"),
          .pods = IntegerAt(set, "status", "replicas"),
          .available = IntegerAt(set, "status", "availableReplicas")};
}

// "25%" of the replicas, rounded up or down, or the number itself.
int64_t Resolve(const std::optional<api::IntOrString>& limit, int64_t replicas,
                bool round_up) {
  if (limit && limit->number() != nullptr) return *limit->number();
  absl::string_view text = "25%";
  if (limit) text = *limit->text();
  int64_t percent = 25;
  (void)absl::ConsumeSuffix(&text, "%");
  (void)absl::SimpleAtoi(text, &percent);
  return (replicas * percent + (round_up ? 99 : 0)) / 100;
}

RolloutLimits LimitsOf(const api::DeploymentSpec& spec) {
  RolloutLimits limits = {.replicas = spec.replicas.value_or(1)};
  api::RollingUpdate update;
  if (spec.strategy) {
    limits.recreate = spec.strategy->type == "Recreate";
    update = spec.strategy->rolling_update.value_or(api::RollingUpdate());
  }
  limits.max_surge = Resolve(update.max_surge, limits.replicas, true);
  limits.max_unavailable =
      Resolve(update.max_unavailable, limits.replicas, false);
  // Else nothing could ever move.
  if (limits.max_surge == 0 && limits.max_unavailable == 0) {
    limits.max_unavailable = 1;
  }
  return limits;
}

json::Value NewSet(const api::Deployment& deployment, const std::string& hash) {
  api::PodTemplateSpec pod_template = deployment.spec.pod_template;
  pod_template.metadata.labels[kHashLabel] = hash;
  api::LabelSelector selector = deployment.spec.selector;
  selector.match_labels[kHashLabel] = hash;
  api::ObjectMeta meta;
  meta.name = absl::StrCat(deployment.metadata.name, "-", hash);
  meta.ns = deployment.metadata.ns;
  meta.labels = pod_template.metadata.labels;
  meta.owner_references = {api::ControllerReference(
      deployment.metadata, api::Deployment::kKind.gvk())};
  return json::Object{
      {"apiVersion", kReplicaSetKind.api_version()},
      {"kind", kReplicaSetKind.kind},
      {"metadata", api::Encode(meta)},
      {"spec", json::Object{{"replicas", 0},
                            {"selector", api::Encode(selector)},
                            {"template", api::Encode(pod_template)}}},
  };
}

absl::Status SetScale(kube::ApiClient& client, const json::Value& set,
                      int64_t wanted, const StopToken& stop) {
  if (ScaleOf(set).wanted == wanted) return absl::OkStatus();
  return client
      .Patch(kReplicaSetKind.gvr(),
             {std::string(set.StringAt({"metadata", "namespace"})),
              std::string(set.StringAt({"metadata", "name"}))},
             kube::PatchType::kMerge,
             json::Object{{"spec", json::Object{{"replicas", wanted}}}},
             {.field_manager = kFieldManager}, stop)
      .status();
}

void Set(std::vector<api::WorkloadCondition>& conditions,
         absl::string_view type, bool holds, absl::string_view reason,
         absl::string_view message, absl::Time now) {
  api::WorkloadCondition condition = {
      .type = std::string(type),
      .status =
          holds ? api::ConditionStatus::kTrue : api::ConditionStatus::kFalse,
      .reason = std::string(reason),
      .message = std::string(message),
      .last_update_time = api::Timestamp{now},
      .last_transition_time = api::Timestamp{now}};
  for (api::WorkloadCondition& old : conditions) {
    if (old.type != type) continue;
    if (old.status == condition.status) {
      if (old.reason == reason && old.message == message) return;
      condition.last_transition_time = old.last_transition_time;
    }
    old = std::move(condition);
    return;
  }
  conditions.push_back(std::move(condition));
}

api::DeploymentStatus StatusOf(const api::Deployment& deployment,
                               const RolloutLimits& limits,
                               const json::Value& current,
                               const std::vector<json::Value>& old,
                               absl::Time now) {
  api::DeploymentStatus status =
      deployment.status.value_or(api::DeploymentStatus());
  status.observed_generation = deployment.metadata.generation;
  const Scale scale = ScaleOf(current);
  int64_t pods = scale.pods;
  int64_t available = scale.available;
  for (const json::Value& set : old) {
    pods += ScaleOf(set).pods;
    available += ScaleOf(set).available;
  }
  status.replicas = static_cast<int32_t>(pods);
  status.updated_replicas = static_cast<int32_t>(scale.pods);
  status.ready_replicas = static_cast<int32_t>(available);
  status.available_replicas = static_cast<int32_t>(available);
  status.unavailable_replicas = static_cast<int32_t>(
      std::max<int64_t>(0, std::max(pods, limits.replicas) - available));
  const bool enough = available >= limits.replicas - limits.max_unavailable &&
                      (available > 0 || limits.replicas == 0);
  Set(status.conditions, api::deployment_condition::kAvailable, enough,
      enough ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable",
      enough ? "enough pods serve" : "too few pods are ready", now);
  const bool done = scale.available >= limits.replicas && pods == scale.pods;
  Set(status.conditions, api::deployment_condition::kProgressing, true,
      done ? "NewReplicaSetAvailable" : "ReplicaSetUpdated",
      absl::StrCat("ReplicaSet ", current.StringAt({"metadata", "name"}),
                   done ? " serves" : " is being brought up"),
      now);
  return status;
}

}  // namespace

absl::StatusOr<kube::ReconcileResult> ReconcileDeployment(
    kube::ApiClient& client, Clock& clock, const kube::ObjectKey& key,
    const StopToken& stop) {
  const auto gvr = api::Deployment::kKind.gvr();
  const absl::StatusOr<json::Value> value = client.Get(gvr, key, stop);
  if (absl::IsNotFound(value.status())) return kube::ReconcileResult();
  KAITO_RETURN_IF_ERROR(value.status());
  KAITO_ASSIGN_OR_RETURN(const api::Deployment deployment,
                         api::DecodeOrError<api::Deployment>(*value, key.name));
  if (deployment.metadata.deletion_timestamp) return kube::ReconcileResult();
  // One template, one name: making it twice finds it made.
  const std::string hash =
      Sha256Hex(json::Write(api::Encode(deployment.spec.pod_template)))
          .substr(0, 10);
  KAITO_ASSIGN_OR_RETURN(std::vector<json::Value> old,
                         ListControlled(client, kReplicaSetKind.gvr(), key.ns,
                                        deployment.metadata.uid, stop));
  json::Value current;
  std::erase_if(old, [&](const json::Value& set) {
    const bool is_current =
        set.StringAt({"metadata", "labels", kHashLabel}) == hash;
    if (is_current) current = set;
    return is_current;
  });
  if (current.is_null()) {
    KAITO_ASSIGN_OR_RETURN(
        current,
        client.Create(kReplicaSetKind.gvr(), key.ns, NewSet(deployment, hash),
                      {.field_manager = kFieldManager}, stop));
  }
  const RolloutLimits limits = LimitsOf(deployment.spec);
  if (!deployment.spec.paused) {
    std::vector<Scale> scales;
    for (const json::Value& set : old) scales.push_back(ScaleOf(set));
    const RolloutStep step = PlanRollout(limits, ScaleOf(current), scales);
    KAITO_RETURN_IF_ERROR(SetScale(client, current, step.new_wanted, stop));
    for (size_t i = 0; i < old.size(); ++i) {
      KAITO_RETURN_IF_ERROR(SetScale(client, old[i], step.old_wanted[i], stop));
    }
  }
  KAITO_RETURN_IF_ERROR(WriteStatus(
      client, gvr, *value,
      api::Encode(StatusOf(deployment, limits, current, old, clock.Now())),
      stop));
  return kube::ReconcileResult();
}

}  // namespace kaito::standalone
