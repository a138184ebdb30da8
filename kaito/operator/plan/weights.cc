#include "kaito/operator/plan/weights.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "kaito/api/workspace/annotation_rules.h"
#include "kaito/api/workspace/names.h"
#include "kaito/api/workspace/workspace.h"
#include "kaito/operator/plan/snapshot.h"
#include "kaito/operator/presets/preset.h"
#include "kaito/operator/render/settings.h"
#include "kaito/operator/render/workload.h"

namespace kaito::controller {
namespace {

// The folder below kLocalWeightsFolder, as KAITO names it.
std::string FolderOf(const api::PresetSpec& spec) {
  return absl::StrCat(
      api::kLocalWeightsFolder, "/",
      absl::StrReplaceAll(spec.name, {{"/", "-"}, {"\\", "-"}}));
}

std::string Missing(const Preset& preset, const LocalWeights& local,
                    const Settings& settings, bool has_token) {
  std::vector<std::string> places;
  for (const std::string& place : local.looked_at) {
    places.push_back(absl::StrCat(place, " (not there)"));
  }
  places.push_back(settings.preset_registry.empty()
                       ? "a model image (no registry is set)"
                       : "a model image (there is none)");
  if (preset.hub_id.empty()) {
    places.push_back("the hub (it is not there)");
  } else if (!settings.hub_downloads) {
    places.push_back("the hub (downloads are off)");
  } else if (preset.gated && !has_token) {
    places.push_back("the hub (it asks for a token)");
  }
  std::string remedy =
      local.looked_at.empty()
          ? absl::StrCat(
                "Put the model's files on the nodes and set the "
                "annotation ",
                api::annotation::kUseLocalWeights, " to \"true\"")
          : absl::StrCat(
                "Put the model's files (config.json, *.safetensors, "
                "tokenizer.json) into ",
                local.looked_at.front());
  if (preset.gated && settings.hub_downloads) {
    absl::StrAppend(&remedy,
                    ", or name a Secret with key HF_TOKEN in "
                    "presetOptions.modelAccessSecret");
  }
  return absl::StrCat("The weights of ", preset.name,
                      " were found nowhere. Looked at: ",
                      absl::StrJoin(places, ", "), ". ", remedy, ".");
}

}  // namespace

WeightsChoice ChooseWeights(const api::Workspace& workspace,
                            const Preset& preset, const LocalWeights& local,
                            const Settings& settings) {
  using Kind = WeightsSource::Kind;
  const api::PresetSpec& spec = *workspace.preset();
  const api::PresetOptions options =
      spec.preset_options.value_or(api::PresetOptions());
  if (api::BoolAnnotation(workspace.metadata, api::annotation::kUseLocalWeights)
          .value_or(false)) {
    return {.source = {.kind = Kind::kNode, .place = FolderOf(spec)}};
  }
  if (spec.access_mode == "private" && !options.image.empty()) {
    return {.source = {.kind = Kind::kImage,
                       .place = options.image,
                       .pull_secrets = options.image_pull_secrets}};
  }
  if (!local.place.empty()) {
    return {.source = {.kind = Kind::kNode, .place = local.place}};
  }
  if (!settings.preset_registry.empty() && !preset.image_tag.empty()) {
    return {
        .source = {.kind = Kind::kImage,
                   .place = absl::StrCat(settings.preset_registry, "/kaito-",
                                         preset.name, ":", preset.image_tag)}};
  }
  const bool has_token = !options.model_access_secret.empty();
  if (!preset.hub_id.empty() && settings.hub_downloads &&
      (has_token || !preset.gated)) {
    return {.source = {.kind = Kind::kHub,
                       .place = preset.hub_id,
                       .access_secret = options.model_access_secret}};
  }
  return {.source = {}, .missing = Missing(preset, local, settings, has_token)};
}

}  // namespace kaito::controller
