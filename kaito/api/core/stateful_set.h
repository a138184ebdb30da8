#ifndef KAITO_API_CORE_STATEFUL_SET_H_
#define KAITO_API_CORE_STATEFUL_SET_H_

// A StatefulSet: numbered pods with names and volumes of their own.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "kaito/api/core/pod_spec.h"
#include "kaito/api/core/workload_condition.h"
#include "kaito/api/meta/gvk.h"
#include "kaito/api/meta/label_selector.h"
#include "kaito/api/meta/object_meta.h"
#include "kaito/api/schema/type.h"
#include "kaito/base/json/value.h"

namespace kaito::api {

struct StatefulSetSpec {
  std::optional<int32_t> replicas;  // None: 1.
  LabelSelector selector;
  PodTemplateSpec pod_template;        // "template".
  std::string service_name;            // The headless Service of its pods.
  std::string pod_management_policy;   // OrderedReady (also where empty) or
                                       // Parallel.
  json::Value volume_claim_templates;  // As it is.
  json::Object others;
};

struct StatefulSetStatus {
  int64_t observed_generation = 0;
  int32_t replicas = 0;
  int32_t ready_replicas = 0;
  int32_t current_replicas = 0;
  int32_t updated_replicas = 0;
  int32_t available_replicas = 0;
  std::string current_revision;
  std::string update_revision;
  std::vector<WorkloadCondition> conditions;
  json::Object others;

  bool operator==(const StatefulSetStatus& other) const = default;
};

struct StatefulSet {
  static constexpr KindInfo kKind = {.group = "apps",
                                     .version = "v1",
                                     .kind = "StatefulSet",
                                     .plural = "statefulsets"};

  std::string api_version = "apps/v1";
  std::string kind = "StatefulSet";
  ObjectMeta metadata;
  StatefulSetSpec spec;
  std::optional<StatefulSetStatus> status;
  json::Object others;
};

const StructType& Describe(const StatefulSetSpec*);
const StructType& Describe(const StatefulSetStatus*);
const StructType& Describe(const StatefulSet*);

}  // namespace kaito::api

#endif  // KAITO_API_CORE_STATEFUL_SET_H_
