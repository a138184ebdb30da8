#ifndef KAITO_API_CORE_WORKLOAD_CONDITION_H_
#define KAITO_API_CORE_WORKLOAD_CONDITION_H_

// A condition of a Job, Deployment or StatefulSet.

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "kaito/api/meta/condition.h"
#include "kaito/api/meta/time.h"
#include "kaito/api/schema/type.h"
#include "kaito/base/json/value.h"

namespace kaito::api {

struct WorkloadCondition {
  std::string type;
  ConditionStatus status = ConditionStatus::kUnknown;
  std::string reason;
  std::string message;
  std::optional<Timestamp> last_probe_time;   // Of Jobs.
  std::optional<Timestamp> last_update_time;  // Of Deployments.
  std::optional<Timestamp> last_transition_time;
  json::Object others;

  bool operator==(const WorkloadCondition& other) const = default;
};

// Whether the condition of that type is True; false where there is none.
bool IsConditionTrue(const std::vector<WorkloadCondition>& conditions,
                     absl::string_view type);
const WorkloadCondition* FindCondition(
    const std::vector<WorkloadCondition>& conditions, absl::string_view type);

const StructType& Describe(const WorkloadCondition*);

}  // namespace kaito::api

#endif  // KAITO_API_CORE_WORKLOAD_CONDITION_H_
