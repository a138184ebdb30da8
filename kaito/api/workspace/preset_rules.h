#ifndef KAITO_API_WORKSPACE_PRESET_RULES_H_
#define KAITO_API_WORKSPACE_PRESET_RULES_H_

// Looking up the preset of a Workspace. Private to validation.

#include "absl/strings/string_view.h"
#include "kaito/api/schema/field_error.h"
#include "kaito/api/workspace/preset_catalog.h"
#include "kaito/api/workspace/workspace.h"

namespace kaito::api {

// The facts of the preset; nullptr where there is no catalogue to ask, or,
// with an error at `path`, no such preset. With `for_tuning` one that can't be
// tuned is an error too.
const PresetFacts* FindPreset(const PresetSpec& preset,
                              const PresetCatalog* catalog,
                              absl::string_view path, bool for_tuning,
                              FieldErrors& errors);

}  // namespace kaito::api

#endif  // KAITO_API_WORKSPACE_PRESET_RULES_H_
