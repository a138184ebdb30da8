#include "kaito/api/machine/machine_condition.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/api/core/open_struct.h"
#include "kaito/api/meta/condition.h"
#include "kaito/api/meta/time.h"
#include "kaito/api/schema/describe.h"
#include "kaito/api/schema/type.h"

namespace kaito::api {
namespace {

using Conditions = std::vector<MachineCondition>;

constexpr absl::string_view kDependents[] = {machine_condition::kLaunched,
                                             machine_condition::kRegistered,
                                             machine_condition::kInitialized};

bool IsDependent(absl::string_view type) {
  return std::find(std::begin(kDependents), std::end(kDependents), type) !=
         std::end(kDependents);
}

// Puts the condition in its place. Its time is `now`, or what it was where
// nothing else changed.
bool Put(Conditions& conditions, MachineCondition wanted, absl::Time now) {
  if (wanted.type != machine_condition::kReady && !IsDependent(wanted.type)) {
    wanted.severity = "Info";
  }
  for (MachineCondition& existing : conditions) {
    if (existing.type != wanted.type) continue;
    wanted.last_transition_time = existing.last_transition_time;
    wanted.others = existing.others;
    if (existing == wanted) return false;
    wanted.last_transition_time = Timestamp{now};
    existing = std::move(wanted);
    return true;
  }
  wanted.last_transition_time = Timestamp{now};
  conditions.push_back(std::move(wanted));
  std::sort(conditions.begin(), conditions.end(),
            [](const MachineCondition& a, const MachineCondition& b) {
              return a.type < b.type;
            });
  return true;
}

MachineCondition Make(absl::string_view type, ConditionStatus status,
                      const ConditionCause& cause) {
  return {.type = std::string(type),
          .status = status,
          .reason = cause.reason,
          .message = cause.message};
}

// The dependent that keeps Ready from being True: of those that are False, else
// of those that are Unknown, the one that changed last.
const MachineCondition* Unhappy(const Conditions& conditions) {
  const MachineCondition* found = nullptr;
  for (const ConditionStatus status :
       {ConditionStatus::kFalse, ConditionStatus::kUnknown}) {
    for (const MachineCondition& condition : conditions) {
      if (condition.status != status || !IsDependent(condition.type)) continue;
      if (found == nullptr || !found->last_transition_time.has_value() ||
          (condition.last_transition_time.has_value() &&
           condition.last_transition_time->value >
               found->last_transition_time->value)) {
        found = &condition;
      }
    }
    if (found != nullptr) return found;
  }
  return nullptr;
}

bool AllDependentsThere(const Conditions& conditions) {
  return std::all_of(std::begin(kDependents), std::end(kDependents),
                     [&](absl::string_view type) {
                       return FindCondition(conditions, type) != nullptr;
                     });
}

bool AnyDependentFalse(const Conditions& conditions) {
  return std::any_of(conditions.begin(), conditions.end(),
                     [](const MachineCondition& condition) {
                       return condition.status == ConditionStatus::kFalse &&
                              IsDependent(condition.type);
                     });
}

}  // namespace

bool InitializeMachineConditions(Conditions& conditions, absl::Time now) {
  bool changed = false;
  if (FindCondition(conditions, machine_condition::kReady) == nullptr) {
    changed |=
        Put(conditions, {.type = std::string(machine_condition::kReady)}, now);
  }
  // What a Machine that is ready lacks was not known to an older version.
  const ConditionStatus status =
      IsConditionTrue(conditions, machine_condition::kReady)
          ? ConditionStatus::kTrue
          : ConditionStatus::kUnknown;
  for (const absl::string_view type : kDependents) {
    if (FindCondition(conditions, type) != nullptr) continue;
    changed |= Put(conditions, Make(type, status, {}), now);
  }
  return changed;
}

bool MarkMachineTrue(Conditions& conditions, absl::string_view type,
                     absl::Time now) {
  bool changed = Put(conditions, Make(type, ConditionStatus::kTrue, {}), now);
  if (const MachineCondition* unhappy = Unhappy(conditions)) {
    const MachineCondition ready =
        Make(machine_condition::kReady, unhappy->status,
             {.reason = unhappy->reason, .message = unhappy->message});
    return Put(conditions, ready, now) || changed;
  }
  if (type == machine_condition::kReady) return changed;
  const ConditionStatus status = AllDependentsThere(conditions)
                                     ? ConditionStatus::kTrue
                                     : ConditionStatus::kUnknown;
  return Put(conditions, Make(machine_condition::kReady, status, {}), now) ||
         changed;
}

bool MarkMachineFalse(Conditions& conditions, absl::string_view type,
                      const ConditionCause& cause, absl::Time now) {
  const bool changed =
      Put(conditions, Make(type, ConditionStatus::kFalse, cause), now);
  if (!IsDependent(type)) return changed;
  return Put(conditions,
             Make(machine_condition::kReady, ConditionStatus::kFalse, cause),
             now) ||
         changed;
}

bool MarkMachineUnknown(Conditions& conditions, absl::string_view type,
                        const ConditionCause& cause, absl::Time now) {
  const bool changed =
      Put(conditions, Make(type, ConditionStatus::kUnknown, cause), now);
  if (!IsDependent(type)) return changed;
  if (AnyDependentFalse(conditions)) {
    const MachineCondition* ready =
        FindCondition(conditions, machine_condition::kReady);
    if (ready != nullptr && ready->status == ConditionStatus::kFalse) {
      return changed;
    }
    const MachineCondition* unhappy = Unhappy(conditions);
    const MachineCondition is_false =
        Make(machine_condition::kReady, ConditionStatus::kFalse,
             {.reason = unhappy->reason, .message = unhappy->message});
    return Put(conditions, is_false, now) || changed;
  }
  return Put(conditions,
             Make(machine_condition::kReady, ConditionStatus::kUnknown, cause),
             now) ||
         changed;
}

const MachineCondition* FindCondition(const Conditions& conditions,
                                      absl::string_view type) {
  for (const MachineCondition& condition : conditions) {
    if (condition.type == type) return &condition;
  }
  return nullptr;
}

bool IsConditionTrue(const Conditions& conditions, absl::string_view type) {
  const MachineCondition* condition = FindCondition(conditions, type);
  return condition != nullptr && condition->status == ConditionStatus::kTrue;
}

const StructType& Describe(const MachineCondition*) {
  using T = MachineCondition;
  static const StructType& type = OpenStruct<T>(
      "One aspect of the Machine's state.",
      {Of("type", &T::type, "What it is about.").Required().Always(),
       Of("status", &T::status, "True, False or Unknown.").Required(),
       Of("severity", &T::severity,
          "How bad it is not to be True; none: an error."),
       Of("lastTransitionTime", &T::last_transition_time,
          "When any of this changed last."),
       Of("reason", &T::reason, "Why, in one word."),
       Of("message", &T::message, "Why, for people.")});
  return type;
}

}  // namespace kaito::api
