#include "kaito/standalone/workloads/job_controller.h"

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "kaito/api/core/job.h"
#include "kaito/api/core/pod.h"
#include "kaito/api/schema/codec.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/json/value.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/kube/client/api_client.h"
#include "kaito/kube/queue/reconcile.h"
#include "kaito/standalone/workloads/job_plan.h"
#include "kaito/standalone/workloads/owned_objects.h"

namespace kaito::standalone {

absl::StatusOr<kube::ReconcileResult> ReconcileJob(kube::ApiClient& client,
                                                   Clock& clock,
                                                   const kube::ObjectKey& key,
                                                   const StopToken& stop) {
  const auto gvr = api::Job::kKind.gvr();
  const absl::StatusOr<json::Value> value = client.Get(gvr, key, stop);
  if (absl::IsNotFound(value.status())) return kube::ReconcileResult();
  KAITO_RETURN_IF_ERROR(value.status());
  KAITO_ASSIGN_OR_RETURN(const api::Job job,
                         api::DecodeOrError<api::Job>(*value, key.name));
  // Its pods go with it: owner references.
  if (job.metadata.deletion_timestamp) return kube::ReconcileResult();
  KAITO_ASSIGN_OR_RETURN(
      const std::vector<api::Pod> pods,
      ListControlledPods(client, key.ns, job.metadata.uid, stop));
  const JobPlan plan = PlanJob(job, pods, clock.Now());
  if (plan.remove_job) {
    KAITO_RETURN_IF_ERROR(
        client.Delete(gvr, key, {.uid = job.metadata.uid}, stop));
    return kube::ReconcileResult();
  }
  for (const api::Pod* pod : plan.remove) {
    KAITO_RETURN_IF_ERROR(DeletePod(client, *pod, stop));
  }
  api::Pod pod =
      PodOf(job.spec.pod_template, job.metadata, api::Job::kKind.gvk());
  for (const char* prefix : {"", "batch.kubernetes.io/"}) {
    pod.metadata.labels[std::string(prefix) + "job-name"] = job.metadata.name;
    pod.metadata.labels[std::string(prefix) + "controller-uid"] =
        job.metadata.uid;
  }
  for (int64_t i = 0; i < plan.create; ++i) {
    KAITO_RETURN_IF_ERROR(CreatePod(client, pod, stop));
  }
  KAITO_RETURN_IF_ERROR(
      WriteStatus(client, gvr, *value, api::Encode(plan.status), stop));
  return kube::ReconcileResult{.requeue_after = plan.again_after};
}

}  // namespace kaito::standalone
