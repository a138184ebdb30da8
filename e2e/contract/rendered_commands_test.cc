// What the operator renders, the runtime takes: each container's arguments go
// through the flags that the program itself parses with. Neither half sees the
// other's code, so only a test can hold them together.
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/api/core/container.h"
#include "kaito/api/core/deployment.h"
#include "kaito/api/core/job.h"
#include "kaito/api/core/pod_spec.h"
#include "kaito/api/schema/codec.h"
#include "kaito/api/workspace/defaults.h"
#include "kaito/api/workspace/workspace.h"
#include "kaito/base/file/read_file.h"
#include "kaito/base/json/value.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/base/yaml/yaml.h"
#include "kaito/operator/presets/catalog.h"
#include "kaito/operator/presets/preset.h"
#include "kaito/operator/render/serving.h"
#include "kaito/operator/render/settings.h"
#include "kaito/operator/render/tuning_job.h"
#include "kaito/operator/render/workload.h"
#include "kaito/runtime/commands/run.h"

namespace kaito {
namespace {

using controller::Preset;
using controller::Settings;
using controller::WeightsSource;
using controller::Workload;

constexpr absl::string_view kDigest =
    "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

json::Value Golden(absl::string_view name) {
  const auto text = ReadFile(absl::StrCat("kaito/api/golden/", name), 1 << 20);
  EXPECT_TRUE(text.ok()) << text.status();
  return yaml::Parse(*text)->value;
}

api::Workspace Decode(const json::Value& value) {
  api::Workspace workspace = api::Decode<api::Workspace>(value).object;
  api::SetDefaults(workspace);
  return workspace;
}

// `part` is the field "inference" or "tuning", in flow style.
api::Workspace WorkspaceWith(absl::string_view part) {
  const auto document = yaml::Parse(absl::StrCat(
      "{apiVersion: kaito.sh/v1beta1, kind: Workspace, metadata: {name: w-1, "
      "namespace: default, uid: u1, annotations: "
      "{kaito.sh/data-access-secret: hub}}, resource: {count: 1, "
      "labelSelector: {matchLabels: {app: w}}}, ",
      part, "}"));
  EXPECT_TRUE(document.ok()) << document.status() << " of " << part;
  return Decode(document->value);
}

// Counts the containers whose arguments were looked at.
int ExpectTaken(const api::PodSpec& pod) {
  int count = 0;
  for (const auto* list : {&pod.init_containers, &pod.containers}) {
    for (const api::Container& container : *list) {
      EXPECT_TRUE(container.command.empty()) << container.name;
      KAITO_EXPECT_OK(runtime::CheckArguments(container.args))
          << container.name << ": " << absl::StrJoin(container.args, " ");
      ++count;
    }
  }
  return count;
}

// Where a preset's weights may come from.
std::vector<WeightsSource> Sources(const Preset& preset) {
  using Kind = WeightsSource::Kind;
  std::vector<WeightsSource> sources = {
      {.kind = Kind::kNode, .place = "/models/a"},
      {.kind = Kind::kImage, .place = "registry.example.com/kaito-m:0.1.1"},
      {.kind = Kind::kImage,
       .place = "registry.example.com/kaito-m:0.1.1",
       .pull_secrets = {"one", "two"}}};
  if (!preset.hub_id.empty()) {
    sources.push_back({.kind = Kind::kHub, .place = preset.hub_id});
    sources.push_back(
        {.kind = Kind::kHub, .place = preset.hub_id, .access_secret = "hf"});
  }
  return sources;
}

std::string TuningOf(const Preset& preset, absl::string_view method,
                     absl::string_view input, absl::string_view output) {
  return absl::StrCat("tuning: {preset: {name: ", preset.name,
                      "}, method: ", method, ", input: ", input,
                      ", output: ", output, "}");
}

constexpr const char* kInputs[] = {
    "{urls: ['https://h.example/a.parquet?download=true', "
    "'https://h.example/b.jsonl']}",
    "{image: 'registry.example.com/rows:1', imagePullSecrets: [one, two]}",
    "{volumeSource: {persistentVolumeClaim: {claimName: rows}}}"};
constexpr const char* kOutputs[] = {
    "{image: 'registry.example.com/adapter:1', imagePushSecret: push}",
    "{volumeSource: {persistentVolumeClaim: {claimName: results}}}"};
constexpr const char* kServing[] = {
    "", ", config: server",
    ", adapters: [{source: {name: law, image: 'registry.example.com/law:1', "
    "imagePullSecrets: [one, two]}, strength: '0.5'}, {source: {name: med, "
    "volumeSource: {emptyDir: {}}}}]"};

TEST(RenderedCommands, OfEveryPresetAndShapeAreTakenByTheRuntime) {
  int looked_at = 0;
  for (const std::string& name : controller::BuiltInCatalog().Names()) {
    const Preset& preset = *controller::BuiltInCatalog().FindPreset(name);
    if (preset.deprecated) continue;
    std::vector<std::string> parts;
    for (const char* serving : kServing) {
      parts.push_back(absl::StrCat("inference: {preset: {name: ", preset.name,
                                   "}", serving, "}"));
    }
    for (const char* input : kInputs) {
      for (const char* output : kOutputs) {
        parts.push_back(TuningOf(preset, "lora", input, output));
        parts.push_back(TuningOf(preset, "qlora", input, output));
      }
    }
    for (const std::string& part : parts) {
      const api::Workspace workspace = WorkspaceWith(part);
      for (const WeightsSource& weights : Sources(preset)) {
        const Workload workload = {.workspace = &workspace,
                                   .revision = 1,
                                   .weights = weights,
                                   .gpus = {.count = 1},
                                   .output_dir = "/mnt/results",
                                   .output_digest = std::string(kDigest)};
        for (const bool allow : {false, true}) {
          const Settings settings = {.allow_private_addresses = allow};
          if (workspace.tuning) {
            looked_at += ExpectTaken(
                RenderTuningJob(workload, settings).spec.pod_template.spec);
          }
          looked_at += ExpectTaken(
              RenderServing(workload, settings).spec.pod_template.spec);
        }
      }
    }
  }
  EXPECT_GT(looked_at, 1000);
}

TEST(RenderedCommands, OfTheGoldensAreTakenByTheRuntime) {
  const api::Job job = api::Decode<api::Job>(Golden("job.yaml")).object;
  EXPECT_EQ(ExpectTaken(job.spec.pod_template.spec), 3);
  const api::Deployment deployment =
      api::Decode<api::Deployment>(Golden("deployment.yaml")).object;
  EXPECT_GE(ExpectTaken(deployment.spec.pod_template.spec), 2);
}

// The check can fail.
TEST(RenderedCommands, OthersAreNotTaken) {
  const std::vector<std::vector<std::string>> others = {
      {"serve"},
      {"serve", "--model", "/m", "--modle", "x"},
      {"serve", "--model", "/m", "--adapter", "nowhere"},
      {"pull", "a", "b", "--output", "/o"},
      {"fetch", "hf://", "--output", "/o"},
      {"tune", "--push"},
      {"train"},
      {"probe"}};
  for (const std::vector<std::string>& args : others) {
    EXPECT_FALSE(runtime::CheckArguments(args).ok())
        << absl::StrJoin(args, " ");
  }
}

}  // namespace
}  // namespace kaito
