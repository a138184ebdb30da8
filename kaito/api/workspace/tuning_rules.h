#ifndef KAITO_API_WORKSPACE_TUNING_RULES_H_
#define KAITO_API_WORKSPACE_TUNING_RULES_H_

// Rules about workspace.tuning. Private to validation.

#include "kaito/api/schema/field_error.h"
#include "kaito/api/workspace/validation_facts.h"
#include "kaito/api/workspace/workspace.h"

namespace kaito::api {

void CheckTuning(const TuningSpec& tuning, const ValidationFacts& facts,
                 FieldErrors& errors);

}  // namespace kaito::api

#endif  // KAITO_API_WORKSPACE_TUNING_RULES_H_
