#include "kaito/api/machine/claim_validation.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <limits>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/api/core/scheduling.h"
#include "kaito/api/machine/names.h"
#include "kaito/api/machine/node_claim.h"
#include "kaito/api/meta/names.h"
#include "kaito/api/schema/field_error.h"

namespace kaito::api {
namespace {

// Karpenter's limits.
constexpr int64_t kMostRequirements = 100;
constexpr int64_t kLongestKey = 316;
constexpr int64_t kLargestMinValues = 50;

// Labels of kubernetes.io by which nodes are chosen.
constexpr absl::string_view kWellKnownKeys[] = {
    "node.kubernetes.io/instance-type",
    "node.kubernetes.io/windows-build",
    "topology.kubernetes.io/zone",
    "topology.kubernetes.io/region",
    "kubernetes.io/arch",
    "kubernetes.io/os",
    "beta.kubernetes.io/instance-type",
    "beta.kubernetes.io/os",
    "beta.kubernetes.io/arch",
    "failure-domain.beta.kubernetes.io/zone",
    "failure-domain.beta.kubernetes.io/region",
};

template <typename Container>
bool Contains(const Container& container, absl::string_view text) {
  return std::find(std::begin(container), std::end(container), text) !=
         std::end(container);
}

bool IsWithin(absl::string_view domain, absl::string_view parent) {
  return domain == parent ||
         (absl::EndsWith(domain, parent) &&
          absl::EndsWith(domain.substr(0, domain.size() - parent.size()), "."));
}

// "" where a claim may ask for a label with that key.
std::string RestrictedKeyProblem(absl::string_view key) {
  const size_t slash = key.find('/');
  if (slash == key.npos) return "";
  const absl::string_view domain = key.substr(0, slash);
  if (key == karpenter::kHostnameLabel) {
    return "a claim can't choose the node's name: take the requirement away";
  }
  if (IsWithin(domain, "kubernetes.io") &&
      !IsWithin(domain, "node.kubernetes.io") &&
      !IsWithin(domain, "node-restriction.kubernetes.io") &&
      !Contains(kWellKnownKeys, key)) {
    return absl::StrCat(
        "labels of kubernetes.io are restricted: use a well-known one, such as "
        "node.kubernetes.io/instance-type, or a domain of your own; found ",
        QuoteForMessage(key));
  }
  if (IsWithin(domain, "k8s.io") && !IsWithin(domain, "kops.k8s.io")) {
    return absl::StrCat(
        "labels of k8s.io are restricted: use a domain of your own; found ",
        QuoteForMessage(key));
  }
  if (IsWithin(domain, "karpenter.sh") &&
      key != karpenter::kCapacityTypeLabel &&
      key != karpenter::kNodePoolLabel) {
    return absl::StrCat(
        "labels of karpenter.sh are restricted to capacity-type and nodepool; "
        "found ",
        QuoteForMessage(key));
  }
  return "";
}

bool IsWholeNumber(absl::string_view text) {
  int64_t number = 0;
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isdigit(static_cast<unsigned char>(c));
  }) && absl::SimpleAtoi(text, &number);
}

void CheckValues(const ClaimRequirement& requirement, const std::string& path,
                 FieldErrors& errors) {
  const auto count = static_cast<int64_t>(requirement.values.size());
  const std::string values = absl::StrCat(path, ".values");
  if (requirement.op == "In" && count == 0) {
    errors.Required(values, "operator In needs at least one value");
  }
  if ((requirement.op == "Gt" || requirement.op == "Lt") &&
      (count != 1 || !IsWholeNumber(requirement.values[0]))) {
    errors.Invalid(values,
                   absl::StrCat("operator ", requirement.op,
                                " needs exactly one whole number from 0 on"));
  }
  if (!requirement.min_values.has_value()) return;
  const std::string min_values = absl::StrCat(path, ".minValues");
  if (*requirement.min_values < 1 ||
      *requirement.min_values > kLargestMinValues) {
    errors.Invalid(min_values,
                   absl::StrCat("must be from 1 to ", kLargestMinValues,
                                ", found ", *requirement.min_values));
  } else if (requirement.op == "In" && count < *requirement.min_values) {
    errors.Invalid(min_values,
                   absl::StrCat("asks for ", *requirement.min_values,
                                " values of ", count));
  }
}

void CheckRequirement(const ClaimRequirement& requirement,
                      const std::string& path, FieldErrors& errors) {
  const std::string key = absl::StrCat(path, ".key");
  if (static_cast<int64_t>(requirement.key.size()) > kLongestKey) {
    errors.Add(
        {FieldError::Kind::kTooLong, key,
         absl::StrCat("has ", requirement.key.size(), " characters: at most ",
                      kLongestKey, " are allowed")});
  } else if (const std::string problem = ValidateQualifiedName(requirement.key);
             !problem.empty()) {
    errors.Invalid(key, problem);
  } else if (const std::string restricted =
                 RestrictedKeyProblem(requirement.key);
             !restricted.empty()) {
    errors.Invalid(key, restricted);
  }
  const std::vector<std::string> operators = {"In",           "NotIn", "Exists",
                                              "DoesNotExist", "Gt",    "Lt"};
  if (!Contains(operators, requirement.op)) {
    errors.NotSupported(absl::StrCat(path, ".operator"), requirement.op,
                        operators);
  }
  CheckValues(requirement, path, errors);
}

void CheckTaints(const std::vector<Taint>& taints, absl::string_view path,
                 FieldErrors& errors) {
  const std::vector<std::string> effects = {"NoSchedule", "PreferNoSchedule",
                                            "NoExecute"};
  for (size_t i = 0; i < taints.size(); ++i) {
    const std::string at = absl::StrCat(path, "[", i, "]");
    if (const std::string problem = ValidateQualifiedName(taints[i].key);
        !problem.empty()) {
      errors.Invalid(absl::StrCat(at, ".key"), problem);
    }
    if (const std::string problem =
            taints[i].value.empty() ? ""
                                    : ValidateQualifiedName(taints[i].value);
        !problem.empty()) {
      errors.Invalid(absl::StrCat(at, ".value"), problem);
    }
    if (!Contains(effects, taints[i].effect)) {
      errors.NotSupported(absl::StrCat(at, ".effect"), taints[i].effect,
                          effects);
    }
  }
}

void CheckNodeClass(const NodeClassReference& reference, FieldErrors& errors) {
  if (reference.group.empty()) {
    errors.Required("spec.nodeClassRef.group", "such as kaito.sh");
  } else if (absl::StrContains(reference.group, "/")) {
    errors.Invalid("spec.nodeClassRef.group",
                   absl::StrCat("a group has no '/' and no version; found ",
                                QuoteForMessage(reference.group)));
  }
  if (reference.kind.empty()) {
    errors.Required("spec.nodeClassRef.kind", "such as KaitoNodeClass");
  }
  if (reference.name.empty()) {
    errors.Required("spec.nodeClassRef.name", "such as default");
  }
}

void CheckDuration(absl::string_view path, absl::string_view text,
                   FieldErrors& errors) {
  const auto duration = ParseClaimDuration(text);
  if (!duration.ok()) errors.Invalid(path, duration.status().message());
}

}  // namespace

FieldErrors ValidateNodeClaim(const NodeClaim& claim) {
  FieldErrors errors;
  CheckNodeClass(claim.spec.node_class_ref, errors);
  const std::vector<ClaimRequirement>& requirements = claim.spec.requirements;
  if (static_cast<int64_t>(requirements.size()) > kMostRequirements) {
    errors.Add({FieldError::Kind::kTooMany, "spec.requirements",
                absl::StrCat("has ", requirements.size(), " items: at most ",
                             kMostRequirements, " are allowed")});
  } else {
    for (size_t i = 0; i < requirements.size(); ++i) {
      CheckRequirement(requirements[i],
                       absl::StrCat("spec.requirements[", i, "]"), errors);
    }
  }
  CheckTaints(claim.spec.taints, "spec.taints", errors);
  CheckTaints(claim.spec.startup_taints, "spec.startupTaints", errors);
  if (!claim.spec.termination_grace_period.empty()) {
    CheckDuration("spec.terminationGracePeriod",
                  claim.spec.termination_grace_period, errors);
  }
  if (claim.spec.expire_after != "Never") {
    CheckDuration("spec.expireAfter", claim.spec.expire_after, errors);
  }
  return errors;
}

FieldErrors ValidateNodeClaimUpdate(const NodeClaim& before,
                                    const NodeClaim& after) {
  FieldErrors errors;
  if (!(before.spec == after.spec)) {
    errors.Invalid(
        "spec", "spec is immutable: delete the NodeClaim and create another");
  }
  return errors;
}

absl::StatusOr<absl::Duration> ParseClaimDuration(absl::string_view text) {
  absl::Duration total;
  absl::string_view rest = text;
  while (!rest.empty()) {
    size_t digits = 0;
    while (digits < rest.size() &&
           absl::ascii_isdigit(static_cast<unsigned char>(rest[digits]))) {
      ++digits;
    }
    int64_t number = 0;
    if (digits == rest.size() ||
        !absl::SimpleAtoi(rest.substr(0, digits), &number)) {
      break;
    }
    const char unit = rest[digits];
    if (unit != 's' && unit != 'm' && unit != 'h') break;
    // A number too large is for ever.
    total += unit == 's'   ? absl::Seconds(number)
             : unit == 'm' ? absl::Minutes(number)
                           : absl::Hours(number);
    rest.remove_prefix(digits + 1);
    if (rest.empty()) return total;
  }
  return absl::InvalidArgumentError(
      absl::StrCat("not a duration: ", QuoteForMessage(text),
                   ": write numbers with s, m or h, such as 1h30m"));
}

}  // namespace kaito::api
