#ifndef KAITO_API_WORKSPACE_DEFAULTS_H_
#define KAITO_API_WORKSPACE_DEFAULTS_H_

// What a Workspace means where it says nothing, and the one spelling of names
// that may be written in several. Call it on every Workspace that is read,
// before planning: stored objects may be older than a default. Validation does
// not need it.

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "kaito/api/workspace/workspace.h"

namespace kaito::api {

// instanceType in v1alpha1, where the schema has this default. v1beta1 has
// none: an A100 is not to be paid for because a line was forgotten.
inline constexpr absl::string_view kDefaultInstanceTypeV1Alpha1 =
    "Standard_NC24ads_A100_v4";

inline constexpr absl::string_view kDefaultAdapterStrength = "1.0";

// Fills in what the schema's defaults give, the strength of adapters, and puts
// preset names and the method into their one spelling. Doing it twice changes
// nothing more.
void SetDefaults(Workspace& workspace);

// The spelling under which a catalogue knows a preset: lower case. Whoever
// compares names of presets, or looks one up, uses this.
std::string NormalizePresetName(absl::string_view name);

enum class TuningMethod { kLora, kQlora };

// nullopt where it is neither. Case does not matter.
std::optional<TuningMethod> ParseTuningMethod(absl::string_view method);

}  // namespace kaito::api

#endif  // KAITO_API_WORKSPACE_DEFAULTS_H_
