#include "kaito/operator/plan/valid_workspace.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "kaito/api/schema/field_error.h"
#include "kaito/api/workspace/defaults.h"
#include "kaito/api/workspace/validation.h"
#include "kaito/api/workspace/validation_facts.h"
#include "kaito/api/workspace/workspace.h"
#include "kaito/operator/presets/catalog.h"
#include "kaito/operator/presets/preset.h"

namespace kaito::controller {

absl::StatusOr<ValidWorkspace> ValidWorkspace::Make(api::Workspace workspace,
                                                    api::ValidationFacts facts,
                                                    const Catalog& catalog) {
  api::SetDefaults(workspace);
  facts.presets = &catalog;
  const api::FieldErrors errors = api::ValidateCreate(workspace, facts);
  if (!errors.empty()) return absl::InvalidArgumentError(errors.ToString());
  const Preset* preset = nullptr;
  if (const api::PresetSpec* spec = workspace.preset()) {
    preset = catalog.FindPreset(spec->name);
  }
  return ValidWorkspace(std::move(workspace), preset);
}

}  // namespace kaito::controller
