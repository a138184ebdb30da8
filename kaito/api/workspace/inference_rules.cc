#include "kaito/api/workspace/inference_rules.h"

#include <cstddef>
#include <optional>
#include <set>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/api/meta/names.h"
#include "kaito/api/schema/field_error.h"
#include "kaito/api/workspace/defaults.h"
#include "kaito/api/workspace/inference_config.h"
#include "kaito/api/workspace/names.h"
#include "kaito/api/workspace/preset_catalog.h"
#include "kaito/api/workspace/preset_rules.h"
#include "kaito/api/workspace/source_rules.h"
#include "kaito/api/workspace/validation_facts.h"
#include "kaito/api/workspace/workspace.h"
#include "kaito/base/json/value.h"

namespace kaito::api {
namespace {

// KAITO's limit. Each adapter takes memory beside the model.
constexpr size_t kMostAdapters = 10;

bool HasLocalWeights(const Workspace& workspace) {
  return absl::EqualsIgnoreCase(
      workspace.metadata.annotation(annotation::kUseLocalWeights), "true");
}

void CheckPresetOptions(const Workspace& workspace, const PresetFacts* facts,
                        FieldErrors& errors) {
  const PresetSpec& preset = *workspace.inference->preset;
  const PresetOptions options = preset.preset_options.value_or(PresetOptions());
  const std::string path = "inference.preset.presetOptions";
  if (preset.access_mode == "private" && options.image.empty()) {
    errors.Required(absl::StrCat(path, ".image"),
                    "with accessMode private, say which image has the model");
  } else if (preset.access_mode != "private" &&
             preset.access_mode != "public" && !preset.access_mode.empty()) {
    errors.NotSupported("inference.preset.accessMode", preset.access_mode,
                        {"public", "private"});
  }
  if (!options.image.empty()) {
    CheckImage(options.image, absl::StrCat(path, ".image"), "", errors);
  }
  CheckSecretNames(options.image_pull_secrets,
                   absl::StrCat(path, ".imagePullSecrets"), "", errors);
  if (!options.model_access_secret.empty()) {
    CheckObjectName(options.model_access_secret,
                    absl::StrCat(path, ".modelAccessSecret"), errors);
  } else if (facts != nullptr && facts->needs_access_secret &&
             options.image.empty() && !HasLocalWeights(workspace)) {
    errors.Required(
        absl::StrCat(path, ".modelAccessSecret"),
        absl::StrCat("Hugging Face gives the weights of ",
                     NormalizePresetName(preset.name),
                     " only to those who accepted its terms: name a Secret "
                     "whose key HF_TOKEN holds your token"));
  }
}

void CheckPodTemplate(const json::Object& pod_template, FieldErrors& errors) {
  const json::Value* spec = pod_template.Find("spec");
  const json::Value* containers =
      spec == nullptr ? nullptr : spec->Find("containers");
  if (containers == nullptr || containers->array() == nullptr ||
      containers->array()->empty()) {
    errors.Required("inference.template.spec.containers",
                    "a pod needs at least one container");
  }
}

void CheckAdapterSource(const DataSource& source, const std::string& about,
                        FieldErrors& errors) {
  if (source.name.empty()) {
    errors.Required("adapters.source.name",
                    absl::StrCat(about,
                                 "give it a name, by which requests "
                                 "choose it"));
  } else if (const std::string problem = ValidateDnsSubdomain(source.name);
             !problem.empty()) {
    errors.Invalid("adapters.source.name", absl::StrCat(about, problem));
  }
  if (!source.urls.empty()) {
    errors.Forbidden("adapters.source.urls",
                     absl::StrCat(about,
                                  "an adapter comes from an image or a "
                                  "volume: leave urls out"));
  }
  if (source.volume_source) {
    CheckVolume(*source.volume_source, "adapters.source.volumeSource", about,
                errors);
    if (!source.image.empty()) {
      errors.Forbidden("adapters.source.volumeSource",
                       absl::StrCat(about,
                                    "an adapter comes from image or "
                                    "volumeSource: leave one of them out"));
    }
  }
  if (!source.image.empty()) {
    CheckImage(source.image, "adapters.source.image", about, errors);
  } else if (!source.volume_source) {
    errors.Required("adapters.source.image",
                    absl::StrCat(about, "say which image it comes from"));
  }
  CheckSecretNames(source.image_pull_secrets,
                   "adapters.source.imagePullSecrets", about, errors);
}

void CheckAdapters(const InferenceSpec& inference, FieldErrors& errors) {
  std::set<absl::string_view> names;
  for (size_t i = 0; i < inference.adapters.size(); ++i) {
    const AdapterSpec& adapter = inference.adapters[i];
    const std::string about = absl::StrCat("adapter ", i + 1, ": ");
    if (adapter.strength && !ParseStrength(*adapter.strength)) {
      errors.Invalid("adapters.strength",
                     absl::StrCat(about, QuoteForMessage(*adapter.strength),
                                  " is no decimal number from 0 to 1"));
    }
    if (!adapter.source) {
      errors.Required("adapters.source",
                      absl::StrCat(about, "say where it comes from"));
      continue;
    }
    CheckAdapterSource(*adapter.source, about, errors);
    const absl::string_view name = adapter.source->name;
    if (!name.empty() && !names.insert(name).second) {
      errors.Add({FieldError::Kind::kDuplicate, "adapters.source.name",
                  absl::StrCat(about, "another adapter is called ",
                               QuoteForMessage(name), " too")});
    }
  }
  if (inference.adapters.size() > kMostAdapters) {
    errors.Add({FieldError::Kind::kTooMany, "inference.adapters",
                absl::StrCat(inference.adapters.size(), " adapters; at most ",
                             kMostAdapters, " are served beside a model")});
  }
}

void CheckPreset(const Workspace& workspace, const ValidationFacts& facts,
                 FieldErrors& errors) {
  const InferenceSpec& inference = *workspace.inference;
  const PresetFacts* preset =
      FindPreset(*inference.preset, facts.presets, "inference.presetName",
                 /*for_tuning=*/false, errors);
  if (preset != nullptr && preset->deprecated) {
    errors.Invalid(
        "resource.presetName",
        absl::StrCat("preset ", QuoteForMessage(inference.preset->name),
                     " is no longer served: choose another"));
  }
  if (preset != nullptr && !preset->supports_adapters &&
      !inference.adapters.empty()) {
    errors.Forbidden(
        "inference.adapters",
        absl::StrCat("preset ", QuoteForMessage(inference.preset->name),
                     " takes no adapters: leave them out"));
  }
  CheckPresetOptions(workspace, preset, errors);
  if (facts.inference_config != nullptr) {
    errors.Append(ValidateInferenceConfig(
        *facts.inference_config, preset == nullptr ? 0 : preset->token_limit,
        inference.config));
  }
}

}  // namespace

std::optional<double> ParseStrength(absl::string_view text) {
  double value = 0;
  // SimpleAtod takes "inf", "nan" and surrounding blanks too.
  if (text.empty() ||
      text.find_first_not_of("0123456789.") != absl::string_view::npos ||
      !absl::SimpleAtod(text, &value) || value > 1) {
    return std::nullopt;
  }
  return value;
}

void CheckInference(const Workspace& workspace, const ValidationFacts& facts,
                    FieldErrors& errors) {
  const InferenceSpec& inference = *workspace.inference;
  if (!inference.preset && !inference.pod_template) {
    errors.Required("inference",
                    "name a preset, or give a pod template of your own");
  }
  if (inference.preset && inference.pod_template) {
    errors.Forbidden("inference",
                     "preset and template exclude each other: leave one of "
                     "them out");
  }
  if (inference.preset) CheckPreset(workspace, facts, errors);
  if (inference.pod_template) {
    CheckPodTemplate(*inference.pod_template, errors);
  }
  CheckObjectName(inference.config, "inference.config", errors);
  CheckAdapters(inference, errors);
}

}  // namespace kaito::api
