#ifndef KAITO_API_MACHINE_CLAIM_CONDITION_H_
#define KAITO_API_MACHINE_CLAIM_CONDITION_H_

// Conditions of a NodeClaim, by the rules of Karpenter: Ready sums up those
// that it depends on, a time moves only with the status, and the clock of a
// dependent that has never been True or False runs from the object's creation.
//
//   const ConditionOwner owner = OwnerOf(claim.metadata);
//   InitializeClaimConditions(owner, conditions, now);
//   SetClaimConditionTrue(owner, claim_condition::kLaunched, conditions, now);
//   SetClaimCondition(owner, {.type = ..., .status = ConditionStatus::kUnknown,
//                             .reason = "NodeNotFound", .message = "..."},
//                     conditions, now);
//
// Each function returns whether anything changed: if not, nothing needs to be
// written.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/api/meta/condition.h"
#include "kaito/api/meta/object_meta.h"
#include "kaito/api/meta/time.h"
#include "kaito/api/schema/type.h"
#include "kaito/base/json/value.h"

namespace kaito::api {

namespace claim_condition {
// The root, and what it depends on, in the order in which they come true.
inline constexpr absl::string_view kReady = "Ready";
inline constexpr absl::string_view kLaunched = "Launched";
inline constexpr absl::string_view kRegistered = "Registered";
inline constexpr absl::string_view kInitialized = "Initialized";
// Say something and don't count for Ready.
inline constexpr absl::string_view kDrained = "Drained";
inline constexpr absl::string_view kVolumesDetached = "VolumesDetached";
inline constexpr absl::string_view kInstanceTerminating = "InstanceTerminating";
inline constexpr absl::string_view kConsistentStateFound =
    "ConsistentStateFound";
inline constexpr absl::string_view kConsolidatable = "Consolidatable";
inline constexpr absl::string_view kDrifted = "Drifted";
inline constexpr absl::string_view kDisruptionReason = "DisruptionReason";

// Reasons that the rules themselves give.
inline constexpr absl::string_view kAwaitingReconciliation =
    "AwaitingReconciliation";
inline constexpr absl::string_view kReconcilingDependents =
    "ReconcilingDependents";
inline constexpr absl::string_view kUnhealthyDependents = "UnhealthyDependents";
}  // namespace claim_condition

// Unlike meta/v1 Condition, reason and message may be absent.
struct ClaimCondition {
  std::string type;
  ConditionStatus status = ConditionStatus::kUnknown;
  std::string reason;
  std::string message;
  int64_t observed_generation = 0;
  Timestamp last_transition_time;
  json::Object others;

  bool operator==(const ClaimCondition& other) const = default;
};

// What the rules ask of the object that has the conditions.
struct ConditionOwner {
  int64_t generation = 0;
  absl::Time created;
  bool deleting = false;
};
ConditionOwner OwnerOf(const ObjectMeta& metadata);

// First touch: adds Ready and what it depends on, as Unknown, where they are
// absent.
bool InitializeClaimConditions(const ConditionOwner& owner,
                               std::vector<ClaimCondition>& conditions,
                               absl::Time now);

// Sets the condition of that type, and then Ready. The list stays sorted by
// time, Ready last. observed_generation and time of `condition` are not looked
// at.
bool SetClaimCondition(const ConditionOwner& owner, ClaimCondition condition,
                       std::vector<ClaimCondition>& conditions, absl::Time now);
// To True: the reason is the type, the message empty.
bool SetClaimConditionTrue(const ConditionOwner& owner, absl::string_view type,
                           std::vector<ClaimCondition>& conditions,
                           absl::Time now);
// Takes away a condition that Ready does not depend on; the others stay.
bool ClearClaimCondition(absl::string_view type,
                         std::vector<ClaimCondition>& conditions);

const ClaimCondition* FindCondition(
    const std::vector<ClaimCondition>& conditions, absl::string_view type);
bool IsConditionTrue(const std::vector<ClaimCondition>& conditions,
                     absl::string_view type);
// The first of Launched, Registered, Initialized that is not True and says more
// than that nobody has looked at it: what a user wants to read. nullptr where
// there is none.
const ClaimCondition* FirstObstacle(
    const std::vector<ClaimCondition>& conditions);

const StructType& Describe(const ClaimCondition*);

}  // namespace kaito::api

#endif  // KAITO_API_MACHINE_CLAIM_CONDITION_H_
