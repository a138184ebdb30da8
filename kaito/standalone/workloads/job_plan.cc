#include "kaito/standalone/workloads/job_plan.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/api/core/job.h"
#include "kaito/api/core/pod.h"
#include "kaito/api/core/workload_condition.h"
#include "kaito/api/meta/condition.h"
#include "kaito/api/meta/time.h"
#include "kaito/base/backoff/backoff.h"
#include "kaito/standalone/workloads/owned_objects.h"

namespace kaito::standalone {
namespace {

// Between a failed pod and the next: the Job controller's numbers.
constexpr BackoffOptions kPodBackoff = {
    .initial = absl::Seconds(10), .factor = 2, .cap = absl::Minutes(6)};

constexpr int32_t kDefaultBackoffLimit = 6;

void Set(std::vector<api::WorkloadCondition>& conditions,
         absl::string_view type, bool holds, absl::string_view reason,
         absl::string_view message, absl::Time now) {
  api::WorkloadCondition condition = {
      .type = std::string(type),
      .status =
          holds ? api::ConditionStatus::kTrue : api::ConditionStatus::kFalse,
      .reason = std::string(reason),
      .message = std::string(message),
      .last_probe_time = api::Timestamp{now},
      .last_transition_time = api::Timestamp{now}};
  for (api::WorkloadCondition& old : conditions) {
    if (old.type != type) continue;
    if (old.status == condition.status) return;  // Says so already.
    old = std::move(condition);
    return;
  }
  conditions.push_back(std::move(condition));
}

int64_t Restarts(const api::Pod& pod) {
  if (!pod.status) return 0;
  int64_t restarts = 0;
  for (const auto* list : {&pod.status->init_container_statuses,
                           &pod.status->container_statuses}) {
    for (const api::ContainerStatus& status : *list) {
      restarts += status.restart_count;
    }
  }
  return restarts;
}

// When the last of the failed pods ended; the past where nothing says so.
absl::Time LastFailure(const std::vector<api::Pod>& pods) {
  absl::Time last = absl::InfinitePast();
  for (const api::Pod& pod : pods) {
    if (!pod.status || pod.status->phase != api::pod_phase::kFailed) continue;
    for (const api::ContainerStatus& status : pod.status->container_statuses) {
      if (status.state.terminated && status.state.terminated->finished_at) {
        last = std::max(last, status.state.terminated->finished_at->value);
      }
    }
  }
  return last;
}

void CountPods(const std::vector<api::Pod>& pods, api::JobStatus& status) {
  status.active = status.succeeded = status.failed = 0;
  int32_t ready = 0;
  for (const api::Pod& pod : pods) {
    const std::string phase = pod.status ? pod.status->phase : "";
    if (phase == api::pod_phase::kSucceeded) {
      ++status.succeeded;
    } else if (phase == api::pod_phase::kFailed) {
      ++status.failed;
    } else if (IsActive(pod)) {
      ++status.active;
      if (api::IsPodReady(pod)) ++ready;
    }
  }
  status.ready = ready;
}

void RemoveActive(const std::vector<api::Pod>& pods, JobPlan& plan) {
  for (const api::Pod& pod : pods) {
    if (IsActive(pod)) plan.remove.push_back(&pod);
  }
  plan.status.active = 0;
  plan.status.ready = 0;
}

// Empty where the Job goes on; else why it has failed.
std::string FailureOf(const api::Job& job, const std::vector<api::Pod>& pods,
                      const api::JobStatus& status, absl::Time now) {
  const int64_t limit = job.spec.backoff_limit.value_or(kDefaultBackoffLimit);
  if (status.failed > limit) return "BackoffLimitExceeded";
  if (job.spec.pod_template.spec.restart_policy == "OnFailure") {
    int64_t restarts = 0;
    for (const api::Pod& pod : pods) {
      if (IsActive(pod)) restarts += Restarts(pod);
    }
    if (limit == 0 ? restarts > 0 : restarts >= limit) {
      return "BackoffLimitExceeded";
    }
  }
  if (job.spec.active_deadline_seconds && status.start_time &&
      now - status.start_time->value >=
          absl::Seconds(*job.spec.active_deadline_seconds)) {
    return "DeadlineExceeded";
  }
  return "";
}

// Of a Job that has ended.
void PlanTtl(const api::Job& job, absl::Time now, JobPlan& plan) {
  if (!job.spec.ttl_seconds_after_finished) return;
  absl::Time ended = absl::InfinitePast();
  for (const api::WorkloadCondition& condition : plan.status.conditions) {
    if (condition.last_transition_time &&
        condition.status == api::ConditionStatus::kTrue) {
      ended = std::max(ended, condition.last_transition_time->value);
    }
  }
  const absl::Duration left =
      ended + absl::Seconds(*job.spec.ttl_seconds_after_finished) - now;
  plan.remove_job = left <= absl::ZeroDuration();
  if (!plan.remove_job) plan.again_after = left;
}

}  // namespace

JobPlan PlanJob(const api::Job& job, const std::vector<api::Pod>& pods,
                absl::Time now) {
  JobPlan plan = {.status = job.status.value_or(api::JobStatus())};
  api::JobStatus& status = plan.status;
  if (api::IsJobFinished(job)) {
    RemoveActive(pods, plan);
    PlanTtl(job, now, plan);
    return plan;
  }
  CountPods(pods, status);
  if (job.spec.suspend.value_or(false)) {
    Set(status.conditions, api::job_condition::kSuspended, true, "JobSuspended",
        "the Job is suspended", now);
    status.start_time.reset();
    RemoveActive(pods, plan);
    return plan;
  }
  if (api::FindCondition(status.conditions, api::job_condition::kSuspended)) {
    Set(status.conditions, api::job_condition::kSuspended, false, "JobResumed",
        "the Job goes on", now);
  }
  if (!status.start_time) status.start_time = api::Timestamp{now};

  const int32_t completions = job.spec.completions.value_or(1);
  const std::string failure = FailureOf(job, pods, status, now);
  if (!failure.empty()) {
    Set(status.conditions, api::job_condition::kFailed, true, failure,
        failure == "DeadlineExceeded"
            ? "the Job ran for longer than its activeDeadlineSeconds"
            : absl::StrCat(
                  "the Job failed more often than its backoffLimit "
                  "allows: ",
                  job.spec.backoff_limit.value_or(kDefaultBackoffLimit)),
        now);
    RemoveActive(pods, plan);
    return plan;
  }
  if (status.succeeded >= completions) {
    Set(status.conditions, api::job_condition::kComplete, true, "", "", now);
    status.completion_time = api::Timestamp{now};
    RemoveActive(pods, plan);
    return plan;
  }
  if (job.spec.active_deadline_seconds) {
    plan.again_after = status.start_time->value +
                       absl::Seconds(*job.spec.active_deadline_seconds) - now;
  }
  const int32_t wanted = std::min(job.spec.parallelism.value_or(1),
                                  completions - status.succeeded);
  // Pods that are going still hold the node's resources.
  const int64_t holding = std::count_if(
      pods.begin(), pods.end(),
      [](const api::Pod& pod) { return !api::IsPodTerminal(pod); });
  if (holding >= wanted) return plan;
  if (status.failed > 0) {
    const absl::Duration wait =
        LastFailure(pods) + DelayAfter(kPodBackoff, status.failed - 1) - now;
    if (wait > absl::ZeroDuration()) {
      plan.again_after = plan.again_after > absl::ZeroDuration()
                             ? std::min(plan.again_after, wait)
                             : wait;
      return plan;
    }
  }
  plan.create = wanted - holding;
  status.active += static_cast<int32_t>(plan.create);
  return plan;
}

}  // namespace kaito::standalone
