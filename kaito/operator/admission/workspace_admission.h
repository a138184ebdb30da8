#ifndef KAITO_OPERATOR_ADMISSION_WORKSPACE_ADMISSION_H_
#define KAITO_OPERATOR_ADMISSION_WORKSPACE_ADMISSION_H_

// What admission says of a Workspace as it comes over the wire: the one
// judgement behind the webhook of a cluster and the hooks of standalone's API
// server. Pure.
//
//   const Judgement j = JudgeWorkspace(/*before=*/nullptr, object, facts);
//   if (!j.errors.empty()) Refuse(j.errors); else Warn(j.warnings);

#include <string>
#include <vector>

#include "kaito/api/schema/field_error.h"
#include "kaito/api/workspace/validation_facts.h"
#include "kaito/base/json/value.h"

namespace kaito::controller {

struct Judgement {
  api::FieldErrors errors;            // Any: it may not be stored.
  std::vector<std::string> warnings;  // For the user, where it may.
};

// `before` is null at a creation.
Judgement JudgeWorkspace(const json::Value* before, const json::Value& after,
                         const api::ValidationFacts& facts);

// Sets what a schema's defaults can't say: one spelling for names that may be
// written in several. An object that can't be read as a Workspace stays as it
// is, and is refused by JudgeWorkspace().
void DefaultWorkspace(json::Value& object);

}  // namespace kaito::controller

#endif  // KAITO_OPERATOR_ADMISSION_WORKSPACE_ADMISSION_H_
