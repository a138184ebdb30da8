#ifndef KAITO_API_MACHINE_MACHINE_CONDITION_H_
#define KAITO_API_MACHINE_MACHINE_CONDITION_H_

// Conditions of a Machine, in the form and by the rules of knative: the list is
// sorted by type, and the time of a condition moves with any change of it, also
// of its message. Ready sums the other three up. NodeClaims have other rules
// (claim_condition.h).
//
//   std::vector<MachineCondition>& conditions = machine.status->conditions;
//   InitializeMachineConditions(conditions, now);
//   MarkMachineTrue(conditions, machine_condition::kLaunched, now);
//   MarkMachineFalse(conditions, machine_condition::kRegistered,
//                    {.reason = "NodeNotFound", .message = "..."}, now);
//
// Each function returns whether anything changed: if not, nothing needs to be
// written.

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/api/meta/condition.h"
#include "kaito/api/meta/time.h"
#include "kaito/api/schema/type.h"
#include "kaito/base/json/value.h"

namespace kaito::api {

namespace machine_condition {
inline constexpr absl::string_view kReady = "Ready";
inline constexpr absl::string_view kLaunched = "MachineLaunched";
inline constexpr absl::string_view kRegistered = "MachineRegistered";
inline constexpr absl::string_view kInitialized = "MachineInitialized";
// Say something and don't count for Ready.
inline constexpr absl::string_view kDrifted = "MachineDrifted";
inline constexpr absl::string_view kEmpty = "MachineEmpty";
inline constexpr absl::string_view kExpired = "MachineExpired";
}  // namespace machine_condition

struct MachineCondition {
  std::string type;
  ConditionStatus status = ConditionStatus::kUnknown;
  std::string severity;  // Empty: an error while it is not True. "Info".
  std::optional<Timestamp> last_transition_time;
  std::string reason;
  std::string message;
  json::Object others;

  bool operator==(const MachineCondition& other) const = default;
};

// Why a condition is not True.
struct ConditionCause {
  std::string reason;   // CamelCase.
  std::string message;  // For people.
};

// Adds Ready and what it sums up, as Unknown, where they are absent.
bool InitializeMachineConditions(std::vector<MachineCondition>& conditions,
                                 absl::Time now);

bool MarkMachineTrue(std::vector<MachineCondition>& conditions,
                     absl::string_view type, absl::Time now);
// False and Unknown go on to Ready; a False of the others outweighs an Unknown.
bool MarkMachineFalse(std::vector<MachineCondition>& conditions,
                      absl::string_view type, const ConditionCause& cause,
                      absl::Time now);
bool MarkMachineUnknown(std::vector<MachineCondition>& conditions,
                        absl::string_view type, const ConditionCause& cause,
                        absl::Time now);

const MachineCondition* FindCondition(
    const std::vector<MachineCondition>& conditions, absl::string_view type);
bool IsConditionTrue(const std::vector<MachineCondition>& conditions,
                     absl::string_view type);

const StructType& Describe(const MachineCondition*);

}  // namespace kaito::api

#endif  // KAITO_API_MACHINE_MACHINE_CONDITION_H_
