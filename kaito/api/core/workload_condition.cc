#include "kaito/api/core/workload_condition.h"

#include <vector>

#include "absl/strings/string_view.h"
#include "kaito/api/core/open_struct.h"
#include "kaito/api/meta/condition.h"
#include "kaito/api/schema/describe.h"
#include "kaito/api/schema/type.h"

namespace kaito::api {

const WorkloadCondition* FindCondition(
    const std::vector<WorkloadCondition>& conditions, absl::string_view type) {
  for (const WorkloadCondition& condition : conditions) {
    if (condition.type == type) return &condition;
  }
  return nullptr;
}

bool IsConditionTrue(const std::vector<WorkloadCondition>& conditions,
                     absl::string_view type) {
  const WorkloadCondition* condition = FindCondition(conditions, type);
  return condition != nullptr && condition->status == ConditionStatus::kTrue;
}

const StructType& Describe(const WorkloadCondition*) {
  using T = WorkloadCondition;
  static const StructType& type = OpenStruct<T>(
      "One aspect of the state of a workload.",
      {Of("type", &T::type, "What it is about.").Required().Always(),
       Of("status", &T::status, "Whether it holds.").Required(),
       Of("reason", &T::reason, "Why, in one word."),
       Of("message", &T::message, "Why, for people."),
       Of("lastProbeTime", &T::last_probe_time, "When it was looked at last."),
       Of("lastUpdateTime", &T::last_update_time, "When it was written last."),
       Of("lastTransitionTime", &T::last_transition_time,
          "When its status changed last.")});
  return type;
}

}  // namespace kaito::api
