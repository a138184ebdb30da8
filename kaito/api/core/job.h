#ifndef KAITO_API_CORE_JOB_H_
#define KAITO_API_CORE_JOB_H_

// A Job: pods that run until they succeed.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "kaito/api/core/pod_spec.h"
#include "kaito/api/core/workload_condition.h"
#include "kaito/api/meta/gvk.h"
#include "kaito/api/meta/label_selector.h"
#include "kaito/api/meta/object_meta.h"
#include "kaito/api/meta/time.h"
#include "kaito/api/schema/type.h"
#include "kaito/base/json/value.h"

namespace kaito::api {

namespace job_condition {
inline constexpr absl::string_view kComplete = "Complete";
inline constexpr absl::string_view kFailed = "Failed";
inline constexpr absl::string_view kSuspended = "Suspended";
}  // namespace job_condition

struct JobSpec {
  std::optional<int32_t> parallelism;
  std::optional<int32_t> completions;
  std::optional<int64_t> active_deadline_seconds;
  std::optional<int32_t> backoff_limit;  // None: 6.
  std::optional<LabelSelector> selector;
  std::optional<bool> manual_selector;
  PodTemplateSpec pod_template;  // "template".
  std::optional<int32_t> ttl_seconds_after_finished;
  std::optional<std::string> completion_mode;  // None: NonIndexed.
  std::optional<bool> suspend;
  json::Object others;
};

struct JobStatus {
  std::vector<WorkloadCondition> conditions;
  std::optional<Timestamp> start_time;
  std::optional<Timestamp> completion_time;
  int32_t active = 0;  // Pods that are neither of the next two.
  int32_t succeeded = 0;
  int32_t failed = 0;
  std::optional<int32_t> ready;
  json::Object others;

  bool operator==(const JobStatus& other) const = default;
};

struct Job {
  static constexpr KindInfo kKind = {
      .group = "batch", .version = "v1", .kind = "Job", .plural = "jobs"};

  std::string api_version = "batch/v1";
  std::string kind = "Job";
  ObjectMeta metadata;
  JobSpec spec;
  std::optional<JobStatus> status;
  json::Object others;
};

// Whether it has ended, either way.
bool IsJobFinished(const Job& job);

const StructType& Describe(const JobSpec*);
const StructType& Describe(const JobStatus*);
const StructType& Describe(const Job*);

}  // namespace kaito::api

#endif  // KAITO_API_CORE_JOB_H_
