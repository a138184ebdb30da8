#ifndef KAITO_OPERATOR_PLAN_PLAN_ONLY_H_
#define KAITO_OPERATOR_PLAN_PLAN_ONLY_H_

// What the operator would do with the Workspaces in a file, without a cluster:
// `--plan-only -f ws.yaml`. Secrets and ConfigMaps that they name are taken to
// be there, and nodes to come as they were asked for.
//
//   KAITO_ASSIGN_OR_RETURN(const std::string text, PlanOnly(yaml, {}, {}));
//
// Programs that print something else than text (`kubectl kaito plan -o json`)
// take PlanWorkspaces().

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/api/workspace/validation_facts.h"
#include "kaito/operator/plan/step.h"
#include "kaito/operator/render/settings.h"

namespace kaito::controller {

// The steps that are taken at one time.
struct PlannedStage {
  std::string when;  // "first", "when the node is ready".
  Plan plan;
};

struct PlannedWorkspace {
  std::string name;
  std::vector<std::string> warnings;
  // The last one ends with the model that answers, or with what is missing.
  std::vector<PlannedStage> stages;
};

// Of each Workspace: its warnings, and its steps up to the model that answers.
// Other objects are passed over. InvalidArgument names each fault.
absl::StatusOr<std::vector<PlannedWorkspace>> PlanWorkspaces(
    absl::string_view yaml_text, const api::ValidationFacts& facts,
    const Settings& settings);

// The same as text.
absl::StatusOr<std::string> PlanOnly(absl::string_view yaml_text,
                                     const api::ValidationFacts& facts,
                                     const Settings& settings);

}  // namespace kaito::controller

#endif  // KAITO_OPERATOR_PLAN_PLAN_ONLY_H_
