#include "kaito/api/workspace/defaults.h"

#include <optional>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "kaito/api/workspace/names.h"
#include "kaito/api/workspace/workspace.h"

namespace kaito::api {
namespace {

void SetPresetDefaults(std::optional<PresetSpec>& preset) {
  if (!preset) return;
  preset->name = NormalizePresetName(preset->name);
  if (preset->access_mode.empty()) preset->access_mode = "public";
}

}  // namespace

std::string NormalizePresetName(absl::string_view name) {
  return absl::AsciiStrToLower(name);
}

std::optional<TuningMethod> ParseTuningMethod(absl::string_view method) {
  if (absl::EqualsIgnoreCase(method, "lora")) return TuningMethod::kLora;
  if (absl::EqualsIgnoreCase(method, "qlora")) return TuningMethod::kQlora;
  return std::nullopt;
}

void SetDefaults(Workspace& workspace) {
  if (workspace.api_version == kWorkspaceV1Alpha1 &&
      workspace.resource.instance_type.empty()) {
    workspace.resource.instance_type =
        std::string(kDefaultInstanceTypeV1Alpha1);
  }
  if (workspace.inference) {
    SetPresetDefaults(workspace.inference->preset);
    for (AdapterSpec& adapter : workspace.inference->adapters) {
      if (!adapter.strength) {
        adapter.strength = std::string(kDefaultAdapterStrength);
      }
    }
  }
  if (workspace.tuning) {
    SetPresetDefaults(workspace.tuning->preset);
    workspace.tuning->method = absl::AsciiStrToLower(workspace.tuning->method);
  }
}

}  // namespace kaito::api
