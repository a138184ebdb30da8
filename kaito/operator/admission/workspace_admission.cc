#include "kaito/operator/admission/workspace_admission.h"

#include <string>
#include <utility>
#include <vector>

#include "kaito/api/schema/codec.h"
#include "kaito/api/schema/field_error.h"
#include "kaito/api/workspace/defaults.h"
#include "kaito/api/workspace/validation.h"
#include "kaito/api/workspace/validation_facts.h"
#include "kaito/api/workspace/workspace.h"
#include "kaito/base/json/value.h"

namespace kaito::controller {

Judgement JudgeWorkspace(const json::Value* before, const json::Value& after,
                         const api::ValidationFacts& facts) {
  Judgement judgement;
  api::Decoded<api::Workspace> now = api::Decode<api::Workspace>(after);
  judgement.errors = std::move(now.errors);
  if (!judgement.errors.empty()) return judgement;
  api::SetDefaults(now.object);
  if (before == nullptr) {
    judgement.errors = api::ValidateCreate(now.object, facts);
  } else {
    api::Decoded<api::Workspace> was = api::Decode<api::Workspace>(*before);
    api::SetDefaults(was.object);
    judgement.errors = api::ValidateUpdate(was.object, now.object, facts);
  }
  if (judgement.errors.empty()) {
    judgement.warnings = api::Warnings(now.object, facts);
  }
  return judgement;
}

void DefaultWorkspace(json::Value& object) {
  api::Decoded<api::Workspace> decoded = api::Decode<api::Workspace>(object);
  if (!decoded.errors.empty()) return;
  api::SetDefaults(decoded.object);
  object = api::Encode(decoded.object);
}

}  // namespace kaito::controller
