#include "kaito/api/workspace/resource_rules.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/api/meta/names.h"
#include "kaito/api/schema/field_error.h"
#include "kaito/api/workspace/defaults.h"
#include "kaito/api/workspace/names.h"
#include "kaito/api/workspace/node_labels.h"
#include "kaito/api/workspace/validation_facts.h"
#include "kaito/api/workspace/workspace.h"
#include "kaito/base/flags/nearest_name.h"

namespace kaito::api {
namespace {

bool IsKnownInstanceType(const std::string& name,
                         const ValidationFacts& facts) {
  if (facts.instance_types.empty() && facts.instance_type_prefixes.empty()) {
    return true;
  }
  return std::any_of(facts.instance_types.begin(), facts.instance_types.end(),
                     [&](const std::string& known) {
                       return absl::EqualsIgnoreCase(known, name);
                     }) ||
         std::any_of(facts.instance_type_prefixes.begin(),
                     facts.instance_type_prefixes.end(),
                     [&](const std::string& prefix) {
                       return absl::StartsWithIgnoreCase(name, prefix);
                     });
}

void CheckInstanceType(const Workspace& workspace, const ValidationFacts& facts,
                       FieldErrors& errors) {
  const std::string& name = workspace.resource.instance_type;
  if (!facts.node_auto_provisioning) {
    if (!name.empty() && !HasInstanceTypeByDefault(workspace)) {
      errors.Invalid("spec.resource.instanceType",
                     absl::StrCat("this cluster's nodes are its own, and none "
                                  "is created: leave out ",
                                  QuoteForMessage(name),
                                  ", labelSelector chooses the nodes"));
    }
    return;
  }
  if (name.empty()) {
    if (workspace.api_version == kWorkspaceV1Alpha1) return;  // Has a default.
    errors.Required("spec.resource.instanceType",
                    "say what kind of machine to create, as in "
                    "Standard_NC24ads_A100_v4");
    return;
  }
  if (IsKnownInstanceType(name, facts)) return;
  const std::string nearest = NearestName(name, facts.instance_types);
  errors.Add(
      {FieldError::Kind::kNotSupported, "resource.instanceType",
       absl::StrCat("the node provisioner has no ", QuoteForMessage(name),
                    nearest.empty()
                        ? ": use a kind of machine with a GPU that it "
                          "offers"
                        : absl::StrCat("; did you mean ", nearest, "?"))});
}

// The labels end up on nodes, which an API server checks.
void CheckSelectorLabels(const std::map<std::string, std::string>& labels,
                         FieldErrors& errors) {
  for (const auto& [key, value] : labels) {
    const std::string path =
        absl::StrCat("resource.labelSelector.matchLabels[", key, "]");
    std::string problem = ValidateQualifiedName(key);
    if (!problem.empty()) errors.Invalid(path, problem);
    problem = ValidateLabelValue(value);
    if (!problem.empty()) errors.Invalid(path, problem);
  }
}

void CheckLabelSelector(const ResourceSpec& resource, FieldErrors& errors) {
  if (!resource.label_selector) {
    errors.Required("resource.labelSelector",
                    "say which labels the nodes have, as in matchLabels: "
                    "{apps: phi-3}");
    return;
  }
  const absl::StatusOr<std::map<std::string, std::string>> labels =
      resource.label_selector->ToLabels();
  if (!labels.ok()) {
    errors.Invalid("resource.labelSelector", labels.status().message());
    return;
  }
  CheckSelectorLabels(*labels, errors);
  if (!labels->empty() &&
      std::all_of(labels->begin(), labels->end(), [](const auto& entry) {
        return IsReservedLabel(entry.first);
      })) {
    errors.Invalid("resource.labelSelector.matchLabels",
                   "all of these labels are KAITO's own, and are left out of "
                   "the selection: add one of yours");
  }
}

void CheckPreferredNodes(const std::vector<std::string>& nodes,
                         FieldErrors& errors) {
  for (size_t i = 0; i < nodes.size(); ++i) {
    const std::string problem = ValidateDnsSubdomain(nodes[i]);
    if (!problem.empty()) {
      errors.Invalid(absl::StrCat("resource.preferredNodes[", i, "]"),
                     absl::StrCat("no node can be called that: ", problem));
    }
  }
}

}  // namespace

bool HasInstanceTypeByDefault(const Workspace& workspace) {
  return workspace.api_version == kWorkspaceV1Alpha1 &&
         workspace.resource.instance_type == kDefaultInstanceTypeV1Alpha1;
}

void CheckResource(const Workspace& workspace, const ValidationFacts& facts,
                   FieldErrors& errors) {
  const ResourceSpec& resource = workspace.resource;
  CheckInstanceType(workspace, facts, errors);
  if (resource.count < 1) {
    errors.Invalid("resource.count",
                   absl::StrCat(resource.count, " nodes: use at least 1"));
  } else if (resource.count > 1 && workspace.tuning) {
    errors.Invalid("resource.count",
                   absl::StrCat("tuning runs on one node, and ", resource.count,
                                " are asked for: set count to 1"));
  }
  CheckLabelSelector(resource, errors);
  CheckPreferredNodes(resource.preferred_nodes, errors);
}

}  // namespace kaito::api
