#include "kaito/api/machine/claim_condition.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/api/core/open_struct.h"
#include "kaito/api/meta/condition.h"
#include "kaito/api/meta/object_meta.h"
#include "kaito/api/meta/time.h"
#include "kaito/api/schema/describe.h"
#include "kaito/api/schema/type.h"

namespace kaito::api {
namespace {

using claim_condition::kReady;
using Conditions = std::vector<ClaimCondition>;

constexpr absl::string_view kDependents[] = {claim_condition::kLaunched,
                                             claim_condition::kRegistered,
                                             claim_condition::kInitialized};
// Karpenter's words: dashboards know them.
constexpr absl::string_view kAwaitingMessage =
    "object is awaiting reconciliation";

bool IsDependent(absl::string_view type) {
  return std::find(std::begin(kDependents), std::end(kDependents), type) !=
         std::end(kDependents);
}

// As the API stores it, so that an order found now is found again later.
Timestamp WholeSeconds(absl::Time time) {
  return Timestamp{absl::FromUnixSeconds(absl::ToUnixSeconds(time))};
}

void Sort(Conditions& conditions) {
  std::stable_sort(conditions.begin(), conditions.end(),
                   [](const ClaimCondition& a, const ClaimCondition& b) {
                     if (a.type == kReady || b.type == kReady) {
                       return a.type != kReady;
                     }
                     return a.last_transition_time.value <
                            b.last_transition_time.value;
                   });
}

// Sets one condition and nothing that follows from it.
bool Put(const ConditionOwner& owner, ClaimCondition wanted,
         Conditions& conditions, absl::Time now) {
  wanted.observed_generation = owner.generation;
  const auto existing = std::find_if(
      conditions.begin(), conditions.end(),
      [&](const ClaimCondition& c) { return c.type == wanted.type; });
  if (existing != conditions.end()) {
    wanted.last_transition_time = existing->status == wanted.status
                                      ? existing->last_transition_time
                                      : WholeSeconds(now);
    wanted.others = existing->others;
    if (*existing == wanted) return false;
    conditions.erase(existing);
  } else {
    wanted.last_transition_time =
        WholeSeconds(IsDependent(wanted.type) ? owner.created : now);
  }
  if (owner.deleting) {
    // A deletion is a new generation; it must not make Ready doubtful.
    for (ClaimCondition& other : conditions) {
      other.observed_generation = owner.generation;
    }
  }
  conditions.push_back(std::move(wanted));
  Sort(conditions);
  return true;
}

ClaimCondition Root(const ConditionOwner& owner, const Conditions& conditions) {
  Conditions unhealthy;
  for (const ClaimCondition& condition : conditions) {
    if (IsDependent(condition.type) &&
        (condition.status != ConditionStatus::kTrue ||
         condition.observed_generation != owner.generation)) {
      unhealthy.push_back(condition);
    }
  }
  if (unhealthy.empty()) {
    return {.type = std::string(kReady),
            .status = ConditionStatus::kTrue,
            .reason = std::string(kReady)};
  }
  std::stable_sort(unhealthy.begin(), unhealthy.end(),
                   [](const ClaimCondition& a, const ClaimCondition& b) {
                     return a.last_transition_time.value >
                            b.last_transition_time.value;
                   });
  const bool failed = std::any_of(
      unhealthy.begin(), unhealthy.end(), [&](const ClaimCondition& c) {
        return c.status == ConditionStatus::kFalse &&
               c.observed_generation == owner.generation;
      });
  return {
      .type = std::string(kReady),
      .status = failed ? ConditionStatus::kFalse : ConditionStatus::kUnknown,
      .reason = std::string(failed ? claim_condition::kUnhealthyDependents
                                   : claim_condition::kReconcilingDependents),
      .message = absl::StrJoin(
          unhealthy, ", ", [](std::string* out, const ClaimCondition& c) {
            absl::StrAppend(out, c.type, "=", ConditionStatusName(c.status));
          })};
}

ClaimCondition Awaiting(absl::string_view type) {
  return {.type = std::string(type),
          .status = ConditionStatus::kUnknown,
          .reason = std::string(claim_condition::kAwaitingReconciliation),
          .message = std::string(kAwaitingMessage)};
}

}  // namespace

ConditionOwner OwnerOf(const ObjectMeta& metadata) {
  return {.generation = metadata.generation,
          .created = metadata.creation_timestamp.value_or(Timestamp{}).value,
          .deleting = metadata.deletion_timestamp.has_value()};
}

bool InitializeClaimConditions(const ConditionOwner& owner,
                               Conditions& conditions, absl::Time now) {
  bool changed = false;
  if (FindCondition(conditions, kReady) == nullptr) {
    changed |= Put(owner, Awaiting(kReady), conditions, now);
  }
  for (const absl::string_view type : kDependents) {
    if (FindCondition(conditions, type) != nullptr) continue;
    changed |= SetClaimCondition(owner, Awaiting(type), conditions, now);
  }
  return changed;
}

bool SetClaimCondition(const ConditionOwner& owner, ClaimCondition condition,
                       Conditions& conditions, absl::Time now) {
  const bool is_root = condition.type == kReady;
  if (!Put(owner, std::move(condition), conditions, now)) return false;
  if (!is_root) Put(owner, Root(owner, conditions), conditions, now);
  return true;
}

bool SetClaimConditionTrue(const ConditionOwner& owner, absl::string_view type,
                           Conditions& conditions, absl::Time now) {
  return SetClaimCondition(owner,
                           {.type = std::string(type),
                            .status = ConditionStatus::kTrue,
                            .reason = std::string(type)},
                           conditions, now);
}

bool ClearClaimCondition(absl::string_view type, Conditions& conditions) {
  if (type == kReady || IsDependent(type)) return false;
  const auto found =
      std::find_if(conditions.begin(), conditions.end(),
                   [&](const ClaimCondition& c) { return c.type == type; });
  if (found == conditions.end()) return false;
  conditions.erase(found);
  return true;
}

const ClaimCondition* FindCondition(const Conditions& conditions,
                                    absl::string_view type) {
  for (const ClaimCondition& condition : conditions) {
    if (condition.type == type) return &condition;
  }
  return nullptr;
}

bool IsConditionTrue(const Conditions& conditions, absl::string_view type) {
  const ClaimCondition* condition = FindCondition(conditions, type);
  return condition != nullptr && condition->status == ConditionStatus::kTrue;
}

const ClaimCondition* FirstObstacle(const Conditions& conditions) {
  for (const absl::string_view type : kDependents) {
    const ClaimCondition* condition = FindCondition(conditions, type);
    if (condition != nullptr && condition->status != ConditionStatus::kTrue &&
        condition->reason != claim_condition::kAwaitingReconciliation) {
      return condition;
    }
  }
  return nullptr;
}

const StructType& Describe(const ClaimCondition*) {
  using T = ClaimCondition;
  // Lengths and patterns are those of meta/v1.
  static const StructType& type = OpenStruct<T>(
      "One aspect of the NodeClaim's state.",
      {Of("type", &T::type, "What it is about.")
           .Required()
           .Always()
           .MaxLength(316)
           .Pattern("^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-"
                    "z0-9])?)*/)?(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])$"),
       Of("status", &T::status, "Whether it holds.")
           .Required()
           .Enum({"True", "False", "Unknown"}),
       Of("observedGeneration", &T::observed_generation,
          "metadata.generation that this was said about.")
           .Minimum(0),
       Of("lastTransitionTime", &T::last_transition_time,
          "When its status changed last.")
           .Required(),
       Of("reason", &T::reason, "Why, in one word.")
           .MaxLength(1024)
           .Pattern("^([A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?)?$"),
       Of("message", &T::message, "Why, for people.").MaxLength(32768)});
  return type;
}

}  // namespace kaito::api
