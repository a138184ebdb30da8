#include "kaito/standalone/workloads/replica_sets.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "kaito/api/core/pod.h"
#include "kaito/api/core/pod_spec.h"
#include "kaito/api/meta/object_meta.h"
#include "kaito/api/schema/codec.h"
#include "kaito/base/json/value.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/kube/client/api_client.h"
#include "kaito/kube/queue/reconcile.h"
#include "kaito/standalone/workloads/owned_objects.h"

namespace kaito::standalone {
namespace {

// Which pod goes first where there are too many: one that is not ready.
bool GoesBefore(const api::Pod& a, const api::Pod& b) {
  return !api::IsPodReady(a) && api::IsPodReady(b);
}

}  // namespace

absl::StatusOr<kube::ReconcileResult> ReconcileReplicaSet(
    kube::ApiClient& client, const kube::ObjectKey& key,
    const StopToken& stop) {
  const auto gvr = kReplicaSetKind.gvr();
  const absl::StatusOr<json::Value> value = client.Get(gvr, key, stop);
  if (absl::IsNotFound(value.status())) return kube::ReconcileResult();
  KAITO_RETURN_IF_ERROR(value.status());
  const json::Value* metadata = value->Find("metadata");
  const json::Value* pod_template = value->FindPath({"spec", "template"});
  if (metadata == nullptr || pod_template == nullptr) {
    return absl::InvalidArgumentError("ReplicaSet: has no template");
  }
  KAITO_ASSIGN_OR_RETURN(
      const api::ObjectMeta meta,
      api::DecodeOrError<api::ObjectMeta>(*metadata, key.name));
  KAITO_ASSIGN_OR_RETURN(
      const api::PodTemplateSpec spec,
      api::DecodeOrError<api::PodTemplateSpec>(*pod_template, key.name));
  if (meta.deletion_timestamp) return kube::ReconcileResult();
  const json::Value* replicas = value->FindPath({"spec", "replicas"});
  const int64_t wanted =
      replicas == nullptr ? 1 : replicas->integer().value_or(1);
  KAITO_ASSIGN_OR_RETURN(const std::vector<api::Pod> pods,
                         ListControlledPods(client, key.ns, meta.uid, stop));
  std::vector<api::Pod> active;
  for (const api::Pod& pod : pods) {
    if (IsActive(pod)) {
      active.push_back(pod);
    } else if (api::IsPodTerminal(pod) && !pod.metadata.deletion_timestamp) {
      // Replaced, and of no more use.
      KAITO_RETURN_IF_ERROR(DeletePod(client, pod, stop));
    }
  }
  int64_t count = static_cast<int64_t>(active.size());
  int64_t ready = std::count_if(active.begin(), active.end(), api::IsPodReady);
  if (count > wanted) {
    std::stable_sort(active.begin(), active.end(), GoesBefore);
    for (int64_t i = 0; i < count - wanted; ++i) {
      const api::Pod& pod = active[static_cast<size_t>(i)];
      if (api::IsPodReady(pod)) --ready;
      KAITO_RETURN_IF_ERROR(DeletePod(client, pod, stop));
    }
    count = wanted;
  }
  for (; count < wanted; ++count) {
    KAITO_RETURN_IF_ERROR(
        CreatePod(client, PodOf(spec, meta, kReplicaSetKind.gvk()), stop));
  }
  json::Value status = json::Object{{"replicas", count},
                                    {"fullyLabeledReplicas", count},
                                    {"readyReplicas", ready},
                                    {"availableReplicas", ready},
                                    {"observedGeneration", meta.generation}};
  KAITO_RETURN_IF_ERROR(WriteStatus(client, gvr, *value, status, stop));
  return kube::ReconcileResult();
}

RolloutStep PlanRollout(const RolloutLimits& limits, const Scale& current,
                        const std::vector<Scale>& old) {
  int64_t old_wanted = 0;
  int64_t old_pods = 0;
  for (const Scale& scale : old) {
    old_wanted += scale.wanted;
    old_pods += std::max(scale.pods, scale.wanted);
  }
  RolloutStep step;
  if (limits.recreate) {
    step.new_wanted = old_pods > 0 ? current.wanted : limits.replicas;
    step.old_wanted.assign(old.size(), 0);
    return step;
  }
  const int64_t room =
      limits.replicas + limits.max_surge - old_wanted - current.wanted;
  step.new_wanted = current.wanted >= limits.replicas
                        ? limits.replicas
                        : std::min(limits.replicas,
                                   current.wanted + std::max<int64_t>(0, room));
  // So many may go that enough stay; what the new set owes counts as gone.
  const int64_t min_available = limits.replicas - limits.max_unavailable;
  const int64_t owed = std::max<int64_t>(0, current.wanted - current.available);
  int64_t may_go = old_wanted + current.wanted - min_available - owed;
  for (const Scale& scale : old) {
    // What does not serve costs nothing.
    const int64_t idle = std::max<int64_t>(0, scale.wanted - scale.available);
    const int64_t goes =
        std::min(scale.wanted, std::max(idle, std::max<int64_t>(0, may_go)));
    may_go -= goes;
    step.old_wanted.push_back(scale.wanted - goes);
  }
  return step;
}

}  // namespace kaito::standalone
