#include "kaito/api/meta/label_selector.h"

#include <algorithm>
#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "kaito/api/schema/describe.h"
#include "kaito/api/schema/field_error.h"
#include "kaito/api/schema/type.h"

namespace kaito::api {
namespace {

bool MatchesRequirement(const LabelSelectorRequirement& requirement,
                        const std::map<std::string, std::string>& labels) {
  const auto it = labels.find(requirement.key);
  const bool has = it != labels.end();
  const auto listed = [&] {
    return std::find(requirement.values.begin(), requirement.values.end(),
                     it->second) != requirement.values.end();
  };
  if (requirement.op == "In") return has && listed();
  if (requirement.op == "NotIn") return !has || !listed();
  if (requirement.op == "Exists") return has;
  if (requirement.op == "DoesNotExist") return !has;
  return false;
}

}  // namespace

bool LabelSelector::Matches(
    const std::map<std::string, std::string>& labels) const {
  for (const auto& [key, value] : match_labels) {
    const auto it = labels.find(key);
    if (it == labels.end() || it->second != value) return false;
  }
  return std::all_of(match_expressions.begin(), match_expressions.end(),
                     [&](const LabelSelectorRequirement& requirement) {
                       return MatchesRequirement(requirement, labels);
                     });
}

absl::StatusOr<std::map<std::string, std::string>> LabelSelector::ToLabels()
    const {
  std::map<std::string, std::string> labels = match_labels;
  for (const LabelSelectorRequirement& requirement : match_expressions) {
    if (requirement.op != "In" || requirement.values.size() != 1) {
      return absl::InvalidArgumentError(absl::StrCat(
          "only matchLabels, or matchExpressions with operator In and one "
          "value, can become labels of a node; found operator ",
          QuoteForMessage(requirement.op), " with ", requirement.values.size(),
          " values for key ", QuoteForMessage(requirement.key)));
    }
    const auto [it, inserted] =
        labels.emplace(requirement.key, requirement.values[0]);
    if (!inserted && it->second != requirement.values[0]) {
      return absl::InvalidArgumentError(absl::StrCat(
          "key ", QuoteForMessage(requirement.key),
          " is asked for with two values, ", QuoteForMessage(it->second),
          " and ", QuoteForMessage(requirement.values[0])));
    }
  }
  return labels;
}

// Bounds are generous; API servers estimate the cost of CEL rules from them.
const StructType& Describe(const LabelSelectorRequirement*) {
  static const auto* type = new StructType(
      "A condition on one label.",
      {Of("key", &LabelSelectorRequirement::key, "The label's key.")
           .Required()
           .Always()
           .MaxLength(317),
       Of("operator", &LabelSelectorRequirement::op,
          "In, NotIn, Exists or DoesNotExist.")
           .Required()
           .Always()
           .MaxLength(32),
       Of("values", &LabelSelectorRequirement::values,
          "For In and NotIn: the values; otherwise none.")
           .MaxItems(256)
           .ItemMaxLength(63)
           .ListType("atomic")});
  return *type;
}

const StructType& Describe(const LabelSelector*) {
  static const auto* type = new StructType(
      "Selects objects by their labels; all conditions must hold.",
      {Of("matchLabels", &LabelSelector::match_labels,
          "Labels with their values.")
           .MaxProperties(256)
           .ItemMaxLength(63),
       Of("matchExpressions", &LabelSelector::match_expressions,
          "Further conditions.")
           .MaxItems(256)
           .ListType("atomic")});
  return *type;
}

}  // namespace kaito::api
