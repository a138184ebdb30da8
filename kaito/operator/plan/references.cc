#include "kaito/operator/plan/references.h"

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "kaito/api/core/secret.h"
#include "kaito/api/workspace/annotation_rules.h"
#include "kaito/api/workspace/names.h"
#include "kaito/api/workspace/workspace.h"
#include "kaito/operator/render/tuning_job.h"

namespace kaito::controller {
namespace {

class Collector {
 public:
  void Add(absl::string_view name, absl::string_view key,
           absl::string_view path) {
    if (name.empty()) return;
    uses_.push_back({std::string(name), std::string(key), std::string(path)});
  }
  void AddPullSecrets(const std::vector<std::string>& names,
                      absl::string_view path) {
    for (const std::string& name : names) {
      Add(name, api::secret_key::kDockerConfigJson, path);
    }
  }
  std::vector<SecretUse> Take() && { return std::move(uses_); }

 private:
  std::vector<SecretUse> uses_;
};

}  // namespace

std::vector<SecretUse> SecretsOf(const api::Workspace& workspace) {
  Collector uses;
  if (const api::PresetSpec* preset = workspace.preset();
      preset != nullptr && preset->preset_options) {
    uses.AddPullSecrets(preset->preset_options->image_pull_secrets,
                        "presetOptions.imagePullSecrets");
    uses.Add(preset->preset_options->model_access_secret,
             api::kModelAccessSecretKey, "presetOptions.modelAccessSecret");
  }
  if (workspace.tuning) {
    const api::TuningSpec& tuning = *workspace.tuning;
    if (tuning.input) {
      uses.AddPullSecrets(tuning.input->image_pull_secrets,
                          "tuning.input.imagePullSecrets");
      uses.Add(
          workspace.metadata.annotation(api::annotation::kDataAccessSecret),
          api::kDataAccessSecretKey,
          api::AnnotationPath(api::annotation::kDataAccessSecret));
    }
    if (tuning.output && !tuning.output->image.empty()) {
      uses.Add(tuning.output->image_push_secret,
               api::secret_key::kDockerConfigJson,
               "tuning.output.imagePushSecret");
    }
  }
  if (workspace.inference) {
    for (const api::AdapterSpec& adapter : workspace.inference->adapters) {
      if (!adapter.source) continue;
      uses.AddPullSecrets(adapter.source->image_pull_secrets,
                          "inference.adapters.source.imagePullSecrets");
    }
  }
  return std::move(uses).Take();
}

std::optional<ConfigMapUse> ConfigMapOf(const api::Workspace& workspace) {
  if (workspace.tuning) {
    return ConfigMapUse{
        .name = TrainingConfigName(*workspace.tuning),
        .key = std::string(api::kTrainingConfigKey),
        .path = workspace.tuning->config.empty() ? "" : "tuning.config"};
  }
  if (workspace.inference && !workspace.inference->config.empty()) {
    return ConfigMapUse{.name = workspace.inference->config,
                        .key = std::string(api::kInferenceConfigKey),
                        .path = "inference.config"};
  }
  return std::nullopt;
}

}  // namespace kaito::controller
