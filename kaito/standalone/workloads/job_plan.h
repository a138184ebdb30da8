#ifndef KAITO_STANDALONE_WORKLOADS_JOB_PLAN_H_
#define KAITO_STANDALONE_WORKLOADS_JOB_PLAN_H_

// PlanJob: what is to be done about a Job, from it and its pods. Pure; the
// controller (job_controller.h) does it. As Kubernetes' own, without indexed
// completion and pod failure policies; terminated pods are kept, and counted
// where they are.

#include <cstdint>
#include <vector>

#include "absl/time/time.h"
#include "kaito/api/core/job.h"
#include "kaito/api/core/pod.h"

namespace kaito::standalone {

struct JobPlan {
  api::JobStatus status;
  int64_t create = 0;                   // New pods.
  std::vector<const api::Pod*> remove;  // Of those that were given.
  bool remove_job = false;              // Its time after the end is over.
  absl::Duration again_after;           // 0: when something changes.
};

JobPlan PlanJob(const api::Job& job, const std::vector<api::Pod>& pods,
                absl::Time now);

}  // namespace kaito::standalone

#endif  // KAITO_STANDALONE_WORKLOADS_JOB_PLAN_H_
