#ifndef KAITO_API_CORE_DEPLOYMENT_H_
#define KAITO_API_CORE_DEPLOYMENT_H_

// A Deployment: as many pods of one kind as asked for, replaced when the
// template changes.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "kaito/api/core/pod_spec.h"
#include "kaito/api/core/workload_condition.h"
#include "kaito/api/meta/gvk.h"
#include "kaito/api/meta/int_or_string.h"
#include "kaito/api/meta/label_selector.h"
#include "kaito/api/meta/object_meta.h"
#include "kaito/api/schema/type.h"
#include "kaito/base/json/value.h"

namespace kaito::api {

namespace deployment_condition {
inline constexpr absl::string_view kAvailable = "Available";
inline constexpr absl::string_view kProgressing = "Progressing";
}  // namespace deployment_condition

struct RollingUpdate {
  std::optional<IntOrString> max_unavailable;
  std::optional<IntOrString> max_surge;
  json::Object others;

  bool operator==(const RollingUpdate& other) const = default;
};

struct DeploymentStrategy {
  std::string type;  // "RollingUpdate" (also where empty) or "Recreate".
  std::optional<RollingUpdate> rolling_update;
  json::Object others;

  bool operator==(const DeploymentStrategy& other) const = default;
};

struct DeploymentSpec {
  std::optional<int32_t> replicas;  // None: 1.
  LabelSelector selector;
  PodTemplateSpec pod_template;  // "template".
  std::optional<DeploymentStrategy> strategy;
  int32_t min_ready_seconds = 0;
  std::optional<int32_t> revision_history_limit;
  std::optional<int32_t> progress_deadline_seconds;
  bool paused = false;
  json::Object others;
};

struct DeploymentStatus {
  int64_t observed_generation = 0;
  int32_t replicas = 0;
  int32_t updated_replicas = 0;
  int32_t ready_replicas = 0;
  int32_t available_replicas = 0;
  int32_t unavailable_replicas = 0;
  std::vector<WorkloadCondition> conditions;
  json::Object others;

  bool operator==(const DeploymentStatus& other) const = default;
};

struct Deployment {
  static constexpr KindInfo kKind = {.group = "apps",
                                     .version = "v1",
                                     .kind = "Deployment",
                                     .plural = "deployments"};

  std::string api_version = "apps/v1";
  std::string kind = "Deployment";
  ObjectMeta metadata;
  DeploymentSpec spec;
  std::optional<DeploymentStatus> status;
  json::Object others;
};

const StructType& Describe(const RollingUpdate*);
const StructType& Describe(const DeploymentStrategy*);
const StructType& Describe(const DeploymentSpec*);
const StructType& Describe(const DeploymentStatus*);
const StructType& Describe(const Deployment*);

}  // namespace kaito::api

#endif  // KAITO_API_CORE_DEPLOYMENT_H_
