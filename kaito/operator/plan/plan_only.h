#ifndef KAITO_OPERATOR_PLAN_PLAN_ONLY_H_
#define KAITO_OPERATOR_PLAN_PLAN_ONLY_H_

// What the operator would do with the Workspaces in a file, without a cluster:
// `--plan-only -f ws.yaml`. Secrets and ConfigMaps that they name are taken to
// be there, and nodes to come as they were asked for.
//
//   KAITO_ASSIGN_OR_RETURN(const std::string text, PlanOnly(yaml, {}, {}));

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/api/workspace/validation_facts.h"
#include "kaito/operator/render/settings.h"

namespace kaito::controller {

// Of each Workspace: its warnings, and its steps up to the model that answers.
// Other objects are passed over. InvalidArgument names each fault.
absl::StatusOr<std::string> PlanOnly(absl::string_view yaml_text,
                                     const api::ValidationFacts& facts,
                                     const Settings& settings);

}  // namespace kaito::controller

#endif  // KAITO_OPERATOR_PLAN_PLAN_ONLY_H_
