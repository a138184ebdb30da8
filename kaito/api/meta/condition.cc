#include "kaito/api/meta/condition.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/api/schema/decode_context.h"
#include "kaito/api/schema/describe.h"
#include "kaito/api/schema/field_error.h"
#include "kaito/api/schema/type.h"
#include "kaito/base/json/value.h"

namespace kaito::api {
namespace {

class ConditionStatusType final : public Type {
 public:
  Kind kind() const override { return Kind::kString; }
  void Decode(const json::Value& value, void* out,
              DecodeContext& context) const override {
    const std::string* text = value.string();
    if (text == nullptr) return context.WrongType("string", value);
    auto& status = *static_cast<ConditionStatus*>(out);
    if (*text == "True") {
      status = ConditionStatus::kTrue;
    } else if (*text == "False") {
      status = ConditionStatus::kFalse;
    } else if (*text == "Unknown") {
      status = ConditionStatus::kUnknown;
    } else {
      context.Invalid(absl::StrCat("unsupported value ", QuoteForMessage(*text),
                                   ": use True, False or Unknown"));
    }
  }
  json::Value Encode(const void* in) const override {
    return ConditionStatusName(*static_cast<const ConditionStatus*>(in));
  }
  bool IsEmpty(const void* in) const override { return false; }
};

}  // namespace

absl::string_view ConditionStatusName(ConditionStatus status) {
  switch (status) {
    case ConditionStatus::kTrue:
      return "True";
    case ConditionStatus::kFalse:
      return "False";
    case ConditionStatus::kUnknown:
      return "Unknown";
  }
  return "Unknown";
}

bool SetCondition(std::vector<Condition>& conditions, Condition condition,
                  absl::Time now) {
  for (Condition& existing : conditions) {
    if (existing.type != condition.type) continue;
    condition.last_transition_time = existing.status == condition.status
                                         ? existing.last_transition_time
                                         : Timestamp{now};
    if (existing == condition) return false;
    existing = std::move(condition);
    return true;
  }
  condition.last_transition_time = Timestamp{now};
  conditions.push_back(std::move(condition));
  return true;
}

const Condition* FindCondition(const std::vector<Condition>& conditions,
                               absl::string_view type) {
  for (const Condition& condition : conditions) {
    if (condition.type == type) return &condition;
  }
  return nullptr;
}

bool IsConditionTrue(const std::vector<Condition>& conditions,
                     absl::string_view type) {
  const Condition* condition = FindCondition(conditions, type);
  return condition != nullptr && condition->status == ConditionStatus::kTrue;
}

const Type& TypeOf(const ConditionStatus*) {
  static const auto* type = new ConditionStatusType;
  return *type;
}

const StructType& Describe(const Condition*) {
  // Lengths and patterns are those of meta/v1.
  static const auto* type = new StructType(
      "One aspect of the object's state.",
      {Of("type", &Condition::type,
          "What the condition is about, in CamelCase.")
           .Required()
           .Always()
           .MaxLength(316)
           .Pattern("^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-"
                    "z0-9])?)*/)?(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])$"),
       Of("status", &Condition::status, "Whether it holds.")
           .Required()
           .Enum({"True", "False", "Unknown"}),
       Of("observedGeneration", &Condition::observed_generation,
          "metadata.generation that this was said about.")
           .Minimum(0),
       Of("lastTransitionTime", &Condition::last_transition_time,
          "When the status changed last.")
           .Required(),
       Of("reason", &Condition::reason,
          "Why, in one CamelCase word for programs.")
           .Required()
           .Always()
           .MinLength(1)
           .MaxLength(1024)
           .Pattern("^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$"),
       Of("message", &Condition::message,
          "What is, why, and what to do about it, for people.")
           .Required()
           .Always()
           .MaxLength(32768)});
  return *type;
}

}  // namespace kaito::api
