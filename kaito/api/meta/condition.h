#ifndef KAITO_API_META_CONDITION_H_
#define KAITO_API_META_CONDITION_H_

// Conditions (meta/v1 Condition): what is true of an object, why, and since
// when.
//
//   SetCondition(status.conditions,
//                {.type = "ResourceReady", .status = ConditionStatus::kFalse,
//                 .reason = "NodeClaimNotReady", .message = "...",
//                 .observed_generation = ws.metadata.generation},
//                clock.Now());

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/api/meta/time.h"
#include "kaito/api/schema/type.h"

namespace kaito::api {

enum class ConditionStatus { kUnknown, kTrue, kFalse };

absl::string_view ConditionStatusName(ConditionStatus status);

struct Condition {
  std::string type;
  ConditionStatus status = ConditionStatus::kUnknown;
  std::string reason;   // CamelCase, never empty in what we write.
  std::string message;  // What is, why, and what to do.
  int64_t observed_generation = 0;
  Timestamp last_transition_time;

  bool operator==(const Condition& other) const = default;
};

// Inserts or updates the condition of that type; `now` becomes its transition
// time only where the status changes. The order of the others stays. Returns
// whether anything changed: if not, nothing needs to be written.
bool SetCondition(std::vector<Condition>& conditions, Condition condition,
                  absl::Time now);

const Condition* FindCondition(const std::vector<Condition>& conditions,
                               absl::string_view type);
bool IsConditionTrue(const std::vector<Condition>& conditions,
                     absl::string_view type);

const Type& TypeOf(const ConditionStatus*);
const StructType& Describe(const Condition*);

}  // namespace kaito::api

#endif  // KAITO_API_META_CONDITION_H_
