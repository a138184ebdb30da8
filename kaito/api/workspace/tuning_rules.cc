#include "kaito/api/workspace/tuning_rules.h"

#include <cstddef>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/api/schema/field_error.h"
#include "kaito/api/workspace/data_url.h"
#include "kaito/api/workspace/defaults.h"
#include "kaito/api/workspace/preset_rules.h"
#include "kaito/api/workspace/source_rules.h"
#include "kaito/api/workspace/training_config.h"
#include "kaito/api/workspace/validation_facts.h"
#include "kaito/api/workspace/workspace.h"

namespace kaito::api {
namespace {

void CheckInput(const DataSource& input, const ValidationFacts& facts,
                FieldErrors& errors) {
  const int kinds = (input.urls.empty() ? 0 : 1) +
                    (input.image.empty() ? 0 : 1) +
                    (input.volume_source ? 1 : 0);
  if (kinds == 0) {
    errors.Required("tuning.Input",
                    "say where the data is: set urls, image or volumeSource");
  }
  const auto forbid_others = [&](absl::string_view path) {
    if (kinds < 2) return;
    errors.Forbidden(path, absl::StrCat(kinds,
                                        " of urls, image and volumeSource are "
                                        "set: keep one"));
  };
  if (!input.urls.empty()) forbid_others("tuning.Input.URLs");
  if (input.volume_source) forbid_others("tuning.Input.Volume");
  if (!input.image.empty()) forbid_others("tuning.Input.Image");

  for (size_t i = 0; i < input.urls.size(); ++i) {
    const absl::Status status =
        CheckDataUrl(input.urls[i], facts.allow_private_addresses);
    if (!status.ok()) {
      errors.Invalid(absl::StrCat("tuning.Input.URLs[", i, "]"),
                     status.message());
    }
  }
  if (input.volume_source) {
    CheckVolume(*input.volume_source, "tuning.Input.Volume", "", errors);
  }
  if (!input.image.empty()) {
    CheckImage(input.image, "tuning.Input.Image", "", errors);
  }
  CheckSecretNames(input.image_pull_secrets, "tuning.Input.imagePullSecrets",
                   "", errors);
}

// Whether the image can be pushed to, and whether its Secret may exist, are
// matters of Warnings().
void CheckOutput(const DataDestination& output, FieldErrors& errors) {
  if (output.image.empty() && !output.volume_source) {
    errors.Required("tuning.Output",
                    "say where the adapter goes: set image or volumeSource");
  }
  if (!output.image.empty() && output.volume_source) {
    errors.Forbidden("tuning.Output",
                     "image and volumeSource exclude each other: leave one of "
                     "them out");
  }
  if (!output.image.empty() && output.image_push_secret.empty()) {
    errors.Required("tuning.Output.imagePushSecret",
                    "name the Secret, of type kubernetes.io/dockerconfigjson, "
                    "to push the image with");
  }
  if (output.volume_source) {
    CheckVolume(*output.volume_source, "tuning.Output.Volume", "", errors);
  }
}

}  // namespace

void CheckTuning(const TuningSpec& tuning, const ValidationFacts& facts,
                 FieldErrors& errors) {
  if (!tuning.preset) {
    errors.Required("tuning.Preset", "name a preset, the model to tune");
  } else {
    FindPreset(*tuning.preset, facts.presets, "tuning.presetName",
               /*for_tuning=*/true, errors);
  }
  const std::optional<TuningMethod> method = ParseTuningMethod(tuning.method);
  if (!method) {
    errors.NotSupported("tuning.Method", tuning.method, {"lora", "qlora"});
  }
  CheckObjectName(tuning.config, "tuning.Config", errors);
  if (facts.training_config != nullptr && method) {
    errors.Append(
        ValidateTrainingConfig(*facts.training_config, *method, tuning.config));
  }
  if (!tuning.input) {
    errors.Required("tuning.Input",
                    "say where the data is: set urls, image or volumeSource");
  } else {
    CheckInput(*tuning.input, facts, errors);
  }
  if (!tuning.output) {
    errors.Required("tuning.Output",
                    "say where the adapter goes: set image or volumeSource");
  } else {
    CheckOutput(*tuning.output, errors);
  }
}

}  // namespace kaito::api
