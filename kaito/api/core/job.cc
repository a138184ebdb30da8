#include "kaito/api/core/job.h"

#include "kaito/api/core/open_struct.h"
#include "kaito/api/core/workload_condition.h"
#include "kaito/api/schema/describe.h"
#include "kaito/api/schema/type.h"

namespace kaito::api {

bool IsJobFinished(const Job& job) {
  return job.status.has_value() &&
         (IsConditionTrue(job.status->conditions, job_condition::kComplete) ||
          IsConditionTrue(job.status->conditions, job_condition::kFailed));
}

const StructType& Describe(const JobSpec*) {
  using T = JobSpec;
  static const StructType& type = OpenStruct<T>(
      "What a Job is to do.",
      {Of("parallelism", &T::parallelism, "Pods at a time."),
       Of("completions", &T::completions, "Pods that must succeed."),
       Of("activeDeadlineSeconds", &T::active_deadline_seconds,
          "The longest that it may run."),
       Of("backoffLimit", &T::backoff_limit, "Failures that it survives."),
       Of("selector", &T::selector, "Its pods."),
       Of("manualSelector", &T::manual_selector, "Whether selector was given."),
       Of("template", &T::pod_template, "What its pods are made from.")
           .Required(),
       Of("ttlSecondsAfterFinished", &T::ttl_seconds_after_finished,
          "When it is deleted, after its end."),
       Of("completionMode", &T::completion_mode, "NonIndexed or Indexed."),
       Of("suspend", &T::suspend, "Whether it has no pods for now.")});
  return type;
}

const StructType& Describe(const JobStatus*) {
  using T = JobStatus;
  static const StructType& type = OpenStruct<T>(
      "What has become of a Job.",
      {Of("conditions", &T::conditions, "Its state, aspect by aspect."),
       Of("startTime", &T::start_time, "When it was started."),
       Of("completionTime", &T::completion_time, "When it succeeded."),
       Of("active", &T::active, "Pods that run or wait."),
       Of("succeeded", &T::succeeded, "Pods that succeeded."),
       Of("failed", &T::failed, "Pods that failed."),
       Of("ready", &T::ready, "Pods that are ready.")});
  return type;
}

const StructType& Describe(const Job*) {
  using T = Job;
  static const StructType& type =
      OpenStruct<T>("Pods that run until they succeed.",
                    {Of("apiVersion", &T::api_version, "Always batch/v1."),
                     Of("kind", &T::kind, "Always Job."),
                     Of("metadata", &T::metadata, "Name, labels, owners."),
                     Of("spec", &T::spec, "What it is to do."),
                     Of("status", &T::status, "What has become of it.")});
  return type;
}

}  // namespace kaito::api
