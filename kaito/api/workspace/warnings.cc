#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "kaito/api/meta/label_selector.h"
#include "kaito/api/meta/names.h"
#include "kaito/api/meta/object_meta.h"
#include "kaito/api/schema/field_error.h"
#include "kaito/api/workspace/annotation_rules.h"
#include "kaito/api/workspace/credential.h"
#include "kaito/api/workspace/defaults.h"
#include "kaito/api/workspace/names.h"
#include "kaito/api/workspace/output_image.h"
#include "kaito/api/workspace/preset_catalog.h"
#include "kaito/api/workspace/retired_instance_types.h"
#include "kaito/api/workspace/validation.h"
#include "kaito/api/workspace/validation_facts.h"
#include "kaito/api/workspace/workspace.h"

namespace kaito::api {
namespace {

// A Service's name is at most 63 long, and the one for ranks ends in
// "-headless".
constexpr size_t kLongestNameWithHeadless = 63 - 9;

class Collector {
 public:
  void Add(absl::string_view path, absl::string_view message) {
    warnings_.push_back(HideCredentials(absl::StrCat(path, ": ", message)));
  }
  std::vector<std::string> Take() && { return std::move(warnings_); }

 private:
  std::vector<std::string> warnings_;
};

void WarnOfName(const ObjectMeta& metadata, Collector& warnings) {
  const std::string& name = metadata.name;
  if (name.size() > kLongestNameWithHeadless) {
    warnings.Add("metadata.name",
                 absl::StrCat("it has ", name.size(), " characters; beyond ",
                              kLongestNameWithHeadless,
                              " no Service can be made for several nodes"));
  }
  if (!name.empty() && !ValidateDns1035Label(name).empty() &&
      ValidateDnsLabel(name).empty()) {
    warnings.Add(
        "metadata.name",
        absl::StrCat("the Service gets the name ", QuoteForMessage(name),
                     ", and older API servers refuse one that starts "
                     "with a digit"));
  }
}

void WarnOfAnnotation(const ObjectMeta& metadata, absl::string_view key,
                      const std::vector<std::string>& values,
                      absl::string_view taken_as, Collector& warnings) {
  const absl::string_view value = metadata.annotation(key);
  if (value.empty()) return;
  for (const std::string& known : values) {
    if (absl::AsciiStrToLower(value) == known) return;
  }
  warnings.Add(
      absl::StrCat("metadata.annotations[", key, "]"),
      absl::StrCat(QuoteForMessage(value), " is none of ",
                   absl::StrJoin(values, ", "), ": taken as ", taken_as));
}

void WarnOfResource(const ResourceSpec& resource, Collector& warnings) {
  if (const RetiredInstanceType* retired =
          FindRetiredInstanceType(resource.instance_type)) {
    warnings.Add("resource.instanceType",
                 absl::StrCat("Azure has retired ", retired->name, " (",
                              retired->gpus, "): use ", retired->successors));
  }
  if (resource.label_selector && *resource.label_selector == LabelSelector()) {
    warnings.Add("resource.labelSelector",
                 "it is empty and selects every node: add matchLabels");
  }
}

void WarnOfTuning(const TuningSpec& tuning, const ValidationFacts& facts,
                  Collector& warnings) {
  if (tuning.output && !tuning.output->image.empty()) {
    const absl::Status image = CheckOutputImage(tuning.output->image);
    if (!image.ok()) {
      warnings.Add(
          "tuning.output.image",
          absl::StrCat(image.message(), ". Nothing is started until then"));
    }
    const std::string& secret = tuning.output->image_push_secret;
    if (!secret.empty() && !ValidateDnsSubdomain(secret).empty()) {
      warnings.Add(
          "tuning.output.imagePushSecret",
          absl::StrCat("no Secret can be called ", QuoteForMessage(secret),
                       ": write the name of yours. Nothing is "
                       "started until then"));
    }
  }
  if (!tuning.preset || facts.presets == nullptr) return;
  const PresetFacts* preset =
      facts.presets->Find(NormalizePresetName(tuning.preset->name));
  if (preset != nullptr && preset->needs_access_secret &&
      (!tuning.preset->preset_options ||
       tuning.preset->preset_options->model_access_secret.empty())) {
    warnings.Add("tuning.preset.presetOptions.modelAccessSecret",
                 "without a Secret with a Hugging Face token (key HF_TOKEN) "
                 "the weights must lie on the node or in a model image");
  }
}

}  // namespace

std::vector<std::string> Warnings(const Workspace& workspace,
                                  const ValidationFacts& facts) {
  Collector warnings;
  const ObjectMeta& metadata = workspace.metadata;
  WarnOfName(metadata, warnings);
  const std::vector<std::string> booleans = {"true", "false"};
  WarnOfAnnotation(metadata, annotation::kEnableLoadBalancer, booleans, "false",
                   warnings);
  WarnOfAnnotation(metadata, annotation::kServeAfterTuning, booleans, "true",
                   warnings);
  WarnOfAnnotation(metadata, annotation::kDisableBenchmark, booleans, "false",
                   warnings);
  WarnOfAnnotation(metadata, annotation::kRuntime, {"transformers", "vllm"},
                   "absent", warnings);
  WarnOfResource(workspace.resource, warnings);
  if (workspace.tuning) WarnOfTuning(*workspace.tuning, facts, warnings);
  return std::move(warnings).Take();
}

}  // namespace kaito::api
