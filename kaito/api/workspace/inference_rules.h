#ifndef KAITO_API_WORKSPACE_INFERENCE_RULES_H_
#define KAITO_API_WORKSPACE_INFERENCE_RULES_H_

// Rules about workspace.inference, the same on creation and on update. Private
// to validation.

#include <optional>

#include "absl/strings/string_view.h"
#include "kaito/api/schema/field_error.h"
#include "kaito/api/workspace/validation_facts.h"
#include "kaito/api/workspace/workspace.h"

namespace kaito::api {

// `workspace` has `inference`.
void CheckInference(const Workspace& workspace, const ValidationFacts& facts,
                    FieldErrors& errors);

// A plain decimal number from 0 to 1; nullopt otherwise.
std::optional<double> ParseStrength(absl::string_view text);

}  // namespace kaito::api

#endif  // KAITO_API_WORKSPACE_INFERENCE_RULES_H_
