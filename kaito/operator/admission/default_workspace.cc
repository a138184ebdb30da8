#include "kaito/operator/admission/default_workspace.h"

#include "kaito/api/schema/codec.h"
#include "kaito/api/workspace/defaults.h"
#include "kaito/api/workspace/workspace.h"
#include "kaito/base/json/value.h"

namespace kaito::controller {

void DefaultWorkspace(json::Value& object) {
  api::Decoded<api::Workspace> decoded = api::Decode<api::Workspace>(object);
  if (!decoded.errors.empty()) return;
  api::SetDefaults(decoded.object);
  object = api::Encode(decoded.object);
}

}  // namespace kaito::controller
