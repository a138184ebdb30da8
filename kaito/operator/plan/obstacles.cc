#include "kaito/operator/plan/obstacles.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/api/job/training_config.h"
#include "kaito/api/meta/names.h"
#include "kaito/api/schema/field_error.h"
#include "kaito/api/workspace/names.h"
#include "kaito/api/workspace/output_image.h"
#include "kaito/api/workspace/partition.h"
#include "kaito/api/workspace/workspace.h"
#include "kaito/base/json/value.h"
#include "kaito/operator/estimate/memory_estimate.h"
#include "kaito/operator/plan/nodes.h"
#include "kaito/operator/plan/references.h"
#include "kaito/operator/plan/snapshot.h"
#include "kaito/operator/plan/valid_workspace.h"
#include "kaito/operator/plan/weights.h"
#include "kaito/operator/presets/preset.h"
#include "kaito/operator/render/settings.h"
#include "kaito/operator/render/workload.h"
#include "kaito/provisioner/sku/gpu_sku.h"

namespace kaito::controller {
namespace {

// A context that most first requests stay below; more is asked for by the
// server's settings.
constexpr int64_t kServedTokens = 2048;

std::string ImageMessage(const std::string& image, const absl::Status& status) {
  constexpr absl::string_view kAdvice =
      ". Set it to an image that you can push to; no node is asked for before "
      "that.";
  if (!api::IsPlaceholder(image)) {
    return absl::StrCat("tuning.output.image: ", status.message(), kAdvice);
  }
  const bool upper = std::any_of(image.begin(), image.end(),
                                 [](char c) { return c >= 'A' && c <= 'Z'; });
  return absl::StrCat("tuning.output.image is the placeholder ",
                      api::QuoteForMessage(image),
                      upper ? ": a repository's name is lower case"
                            : ": it names no registry of yours",
                      kAdvice);
}

std::optional<Obstacle> CheckSecret(const SecretUse& use,
                                    const Snapshot& snapshot,
                                    absl::string_view ns) {
  const auto it = snapshot.secrets.find(use.name);
  const SecretFacts facts =
      it == snapshot.secrets.end() ? SecretFacts() : it->second;
  if (facts.exists && facts.has_key) return std::nullopt;
  const std::string type =
      use.key == ".dockerconfigjson"
          ? "type kubernetes.io/dockerconfigjson (kubectl create secret "
            "docker-registry)"
          : absl::StrCat("key ", use.key);
  std::string message;
  if (!api::ValidateDnsSubdomain(use.name).empty()) {
    message = absl::StrCat(use.path, ": no Secret can be called ",
                           api::QuoteForMessage(use.name),
                           ". Write the name of yours, of ", type,
                           "; nothing is started before that.");
  } else if (!facts.exists) {
    message = absl::StrCat(use.path, ": there is no Secret ",
                           api::QuoteForMessage(use.name), " in namespace ", ns,
                           ". Create it with ", type,
                           "; nothing is started before that.");
  } else {
    message =
        absl::StrCat(use.path, ": Secret ", api::QuoteForMessage(use.name),
                     " has no key ", use.key, ". Make it anew with ", type,
                     "; nothing is started before that.");
  }
  return Obstacle{.kind = Obstacle::Kind::kSecret,
                  .reason = std::string(api::reason::kOutputSecretMissing),
                  .message = std::move(message)};
}

// What the settings of a tuning run need.
MemoryEstimate NeedOfTuning(const api::Workspace& workspace,
                            const Preset& preset,
                            const std::optional<json::Value>& config) {
  api::TrainingConfig recipe =
      api::DefaultTrainingConfig(workspace.tuning->method);
  if (config) {
    api::FieldErrors ignored;  // Validation has told them.
    recipe = api::ParseTrainingConfig(*config, ignored);
  }
  return EstimateTuning(preset.shape, RecipeOf(recipe));
}

MemoryEstimate NeedOf(const ValidWorkspace& workspace,
                      const std::optional<json::Value>& config) {
  const Preset& preset = *workspace.preset();
  if (workspace->tuning) return NeedOfTuning(*workspace, preset, config);
  const int64_t tokens = std::min(kServedTokens, preset.token_limit);
  return EstimateServing(preset.shape, Quantization::kNone, tokens);
}

absl::string_view UseOf(const api::Workspace& workspace) {
  return workspace.tuning ? "tuning" : "serving";
}

bool BypassesChecks(const api::Workspace& workspace) {
  return workspace.metadata.annotations.count(
             std::string(api::annotation::kBypassResourceChecks)) != 0;
}

}  // namespace

std::optional<Obstacle> FindForeignObject(const api::Workspace& workspace,
                                          const Snapshot& snapshot) {
  for (const auto* live : {&snapshot.job, &snapshot.deployment,
                           &snapshot.service, &snapshot.headless_service}) {
    if (!live->has_value() || OwnedBy(**live, workspace)) continue;
    const absl::string_view kind = (*live)->StringAt({"kind"});
    const absl::string_view name = (*live)->StringAt({"metadata", "name"});
    const bool going =
        !(*live)->StringAt({"metadata", "deletionTimestamp"}).empty();
    return Obstacle{
        .kind = Obstacle::Kind::kForeign,
        .reason = std::string(api::reason::kResourceFailed),
        .message = absl::StrCat(
            kind, " ", workspace.metadata.ns, "/", name,
            " is there and does not belong to this Workspace. ",
            going ? "It is being deleted; this goes on when it is gone."
                  : "Delete it, or give the Workspace another name.")};
  }
  return std::nullopt;
}

std::optional<Obstacle> CheckOutput(const api::Workspace& workspace,
                                    const Snapshot& snapshot) {
  const api::DataDestination& output = *workspace.tuning->output;
  if (output.image.empty()) return std::nullopt;
  const absl::Status image = api::CheckOutputImage(output.image);
  if (!image.ok()) {
    return Obstacle{.kind = Obstacle::Kind::kOutputImage,
                    .reason = std::string(api::reason::kOutputImageInvalid),
                    .message = ImageMessage(output.image, image)};
  }
  for (const SecretUse& use : SecretsOf(workspace)) {
    if (use.name != output.image_push_secret) continue;
    if (auto obstacle = CheckSecret(use, snapshot, workspace.metadata.ns)) {
      return obstacle;
    }
  }
  return std::nullopt;
}

std::optional<Obstacle> CheckReferences(const api::Workspace& workspace,
                                        const Snapshot& snapshot) {
  for (const SecretUse& use : SecretsOf(workspace)) {
    if (auto obstacle = CheckSecret(use, snapshot, workspace.metadata.ns)) {
      obstacle->reason = std::string(api::reason::kResourceFailed);
      return obstacle;
    }
  }
  const std::optional<ConfigMapUse> use = ConfigMapOf(workspace);
  if (!use || use->is_ours()) return std::nullopt;
  std::string problem;
  if (!snapshot.config_map) {
    problem =
        absl::StrCat("there is no ConfigMap ", api::QuoteForMessage(use->name),
                     " in namespace ", workspace.metadata.ns,
                     ". Create it with key ", use->key);
  } else if (!snapshot.config) {
    problem =
        absl::StrCat("ConfigMap ", api::QuoteForMessage(use->name), ": ",
                     snapshot.config_error, ". Correct its key ", use->key);
  }
  if (problem.empty()) return std::nullopt;
  return Obstacle{.kind = Obstacle::Kind::kConfig,
                  .reason = std::string(api::reason::kResourceFailed),
                  .message = absl::StrCat(use->path, ": ", problem,
                                          "; nothing is started before that.")};
}

std::optional<Obstacle> CheckWeights(const ValidWorkspace& workspace,
                                     const Snapshot& snapshot,
                                     const Settings& settings,
                                     Workload& workload) {
  if (workspace.preset() == nullptr) return std::nullopt;
  WeightsChoice choice = ChooseWeights(*workspace, *workspace.preset(),
                                       snapshot.local_weights, settings);
  workload.weights = std::move(choice.source);
  workload.weights_bytes = workspace.preset()->weights_bytes;
  if (workload.weights.kind != WeightsSource::Kind::kNone) return std::nullopt;
  return Obstacle{.kind = Obstacle::Kind::kWeights,
                  .reason = std::string(api::reason::kWeightsMissing),
                  .message = std::move(choice.missing),
                  // This machine costs nothing, and shows that it is there.
                  .before_nodes = !settings.standalone};
}

std::optional<Obstacle> CheckGpus(const ValidWorkspace& workspace,
                                  const NodeChoice& nodes, Workload& workload) {
  const Preset* preset = workspace.preset();
  if (preset == nullptr || nodes.selected.empty()) return std::nullopt;
  const auto fewest = std::min_element(
      nodes.selected.begin(), nodes.selected.end(),
      [](const auto& a, const auto& b) { return a.gpus < b.gpus; });
  if (workspace->resource.partition) {
    const api::PartitionSpec& partition = *workspace->resource.partition;
    if (partition.mode == api::kPartitionMig) {
      workload.gpus = {.resource = api::MigResourceName(partition.profile),
                       .count = 1};
      return std::nullopt;
    }
    workload.gpus.count = partition.count.value_or(1);
    return std::nullopt;
  }
  int64_t wanted = fewest->gpus;
  if (const auto* sku =
          provisioner::FindGpuSku(workspace->resource.instance_type)) {
    wanted = sku->gpus;
  }
  workload.gpus.count = std::min(wanted, fewest->gpus);
  if (workload.gpus.count > 0 || preset->cpu_allowed) return std::nullopt;
  return Obstacle{
      .kind = Obstacle::Kind::kGpu,
      .reason = std::string(api::reason::kNodePluginsNotReady),
      .message = absl::StrCat(
          "Node ", fewest->name, " offers no GPU, and ", preset->name,
          " needs one. If it has GPUs, its device plug-in is not ready yet; "
          "else use another instanceType, or a preset that runs on a CPU, such "
          "as tiny-phi-3-instruct."),
      .before_nodes = false};
}

std::optional<Obstacle> CheckMemory(const ValidWorkspace& workspace,
                                    const Snapshot& snapshot,
                                    const NodeChoice& nodes,
                                    const Workload& workload) {
  if (workspace.preset() == nullptr || BypassesChecks(*workspace)) {
    return std::nullopt;
  }
  if (workspace->resource.partition) return std::nullopt;
  const MemoryEstimate need = NeedOf(workspace, snapshot.config);
  for (const ObservedNode& node : nodes.selected) {
    const bool on_gpu = workload.gpus.count > 0;
    int64_t available = node.memory_bytes;
    std::string where = absl::StrCat("node ", node.name);
    if (on_gpu) {
      // A tuning holds the whole model on each GPU; serving may spread it.
      const int64_t gpus = workspace->tuning ? 1 : workload.gpus.count;
      available = node.memory_bytes_per_gpu * gpus;
      where = absl::StrCat(Count(gpus, "GPU"), " of node ", node.name);
    }
    if (available == 0 || need.total_bytes() <= available) continue;
    return Obstacle{
        .kind = Obstacle::Kind::kMemory,
        .reason = std::string(api::reason::kResourceFailed),
        .message = absl::StrCat(
            DescribeShortage(workspace.preset()->name, UseOf(*workspace), need,
                             where, available),
            ". Use a node with more memory",
            workspace->tuning ? ", or a smaller batch, max_length or rank" : "",
            "; the annotation ", api::annotation::kBypassResourceChecks,
            " turns this check off."),
        .before_nodes = false};
  }
  return std::nullopt;
}

std::string PublishedMemoryWarning(const ValidWorkspace& workspace,
                                   const std::optional<json::Value>& config) {
  const auto* sku = provisioner::FindGpuSku(workspace->resource.instance_type);
  if (sku == nullptr || workspace.preset() == nullptr) return "";
  const MemoryEstimate need = NeedOf(workspace, config);
  const int64_t available =
      workspace->tuning ? sku->memory_bytes_per_gpu() : sku->memory_bytes;
  if (need.total_bytes() <= available) return "";
  return absl::StrCat(
      "resource.instanceType: ",
      DescribeShortage(
          workspace.preset()->name, UseOf(*workspace), need,
          workspace->tuning ? absl::StrCat("a GPU of ", sku->name) : sku->name,
          available),
      "; it will fail unless the node turns out to have more");
}

}  // namespace kaito::controller
