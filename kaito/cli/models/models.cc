#include "kaito/cli/models/models.h"

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "kaito/api/workspace/retired_instance_types.h"
#include "kaito/base/flags/flags.h"
#include "kaito/base/flags/nearest_name.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/cli/flags/shared_flags.h"
#include "kaito/cli/text/printable.h"
#include "kaito/cli/text/table.h"
#include "kaito/operator/estimate/memory_estimate.h"
#include "kaito/operator/presets/catalog.h"
#include "kaito/operator/presets/preset.h"
#include "kaito/provisioner/sku/gpu_sku.h"

namespace kaito::cli {
namespace {

using controller::Preset;

// As admission reckons it: operator/plan/obstacles.cc.
constexpr int64_t kServedTokens = 2048;

struct Needs {
  int64_t tuning_bytes = 0;   // QLoRA, rank 8, one row of 1024 tokens.
  int64_t serving_bytes = 0;  // 16-bit weights, one request.
  std::string instance_type;  // The smallest that the table has.
};

// With the least memory, of Azure, whose GPUs are enough for serving and each
// for tuning, and that can still be had; "" where there is none.
std::string SmallestInstanceType(const Preset& preset, const Needs& needs) {
  const provisioner::GpuSku* best = nullptr;
  for (const provisioner::GpuSku& sku : provisioner::GpuSkus()) {
    if (sku.cloud != provisioner::SkuCloud::kAzure ||
        sku.maker != provisioner::GpuMaker::kNvidia || sku.gpus < preset.gpus ||
        sku.memory_bytes < needs.serving_bytes ||
        sku.memory_bytes_per_gpu() < needs.tuning_bytes ||
        api::FindRetiredInstanceType(sku.name) != nullptr) {
      continue;
    }
    if (best == nullptr || sku.memory_bytes < best->memory_bytes) best = &sku;
  }
  return best == nullptr ? "" : best->name;
}

Needs NeedsOf(const Preset& preset) {
  Needs needs;
  needs.tuning_bytes =
      controller::EstimateTuning(preset.shape, {}).total_bytes();
  needs.serving_bytes =
      controller::EstimateServing(preset.shape, controller::Quantization::kNone,
                                  std::min(kServedTokens, preset.token_limit))
          .total_bytes();
  needs.instance_type = SmallestInstanceType(preset, needs);
  return needs;
}

std::string NotesOf(const Preset& preset) {
  std::vector<std::string> notes;
  if (preset.cpu_allowed) notes.push_back("comes with kaito; runs on a CPU");
  if (preset.gated) notes.push_back("needs a token of the hub");
  return absl::StrJoin(notes, "; ");
}

json::Value ToJson(const Preset& preset, const Needs& needs) {
  return json::Object{{"name", preset.name},
                      {"hubId", preset.hub_id},
                      {"weightsBytes", preset.weights_bytes},
                      {"diskBytes", preset.disk_bytes},
                      {"tuningMemoryBytes", needs.tuning_bytes},
                      {"servingMemoryBytes", needs.serving_bytes},
                      {"gpus", preset.gpus},
                      {"tokenLimit", preset.token_limit},
                      {"tunable", preset.tunable},
                      {"needsHubToken", preset.gated},
                      {"runsOnCpu", preset.cpu_allowed},
                      {"smallestInstanceType", needs.instance_type}};
}

std::vector<std::string> Row(const Preset& preset, const Needs& needs) {
  return {preset.name,
          controller::Gibibytes(preset.weights_bytes),
          controller::Gibibytes(needs.tuning_bytes),
          controller::Gibibytes(needs.serving_bytes),
          absl::StrCat(preset.gpus),
          absl::StrCat(preset.token_limit),
          needs.instance_type.empty() ? "-" : needs.instance_type,
          NotesOf(preset)};
}

// Those asked for; all where none is.
absl::StatusOr<std::vector<const Preset*>> Select(
    const std::vector<std::string>& names) {
  const controller::Catalog& catalog = controller::BuiltInCatalog();
  std::vector<const Preset*> presets;
  if (names.empty()) {
    for (const std::string& name : catalog.Names()) {
      presets.push_back(catalog.FindPreset(name));
    }
  }
  for (const std::string& name : names) {
    const Preset* preset = catalog.FindPreset(name);
    if (preset == nullptr) {
      const std::string nearest = NearestName(name, catalog.Names());
      return absl::InvalidArgumentError(absl::StrCat(
          "models: there is no preset ", Printable(name, 100),
          nearest.empty() ? "; `kubectl kaito models` lists them"
                          : absl::StrCat("; did you mean ", nearest, "?")));
    }
    if (preset->deprecated) {
      return absl::InvalidArgumentError(
          absl::StrCat("models: ", preset->name,
                       " is a preset of earlier KAITO; it is no longer served. "
                       "`kubectl kaito models` lists those that are"));
    }
    presets.push_back(preset);
  }
  return presets;
}

}  // namespace

absl::Status ModelsCommand(std::span<const std::string> args,
                           const Context& context) {
  SharedFlags common;
  FlagSet set("kubectl kaito models",
              "Lists the presets that a Workspace can name, with what they "
              "need.");
  AddOutputFlag(common, set);
  set.Arguments("[PRESET...]", 0, 100);
  set.Example("kubectl kaito models");
  set.Example("kubectl kaito models phi-4 -o json");
  KAITO_ASSIGN_OR_RETURN(const ParsedFlags parsed,
                         set.Parse(WithLongNames(args)));
  if (parsed.help) {
    context.out << set.Help();
    return absl::OkStatus();
  }
  KAITO_ASSIGN_OR_RETURN(const std::vector<const Preset*> presets,
                         Select(parsed.arguments));
  if (common.output == OutputFormat::kJson) {
    json::Array all;
    for (const Preset* preset : presets) {
      all.push_back(ToJson(*preset, NeedsOf(*preset)));
    }
    const json::Value document = json::Object{{"models", std::move(all)}};
    context.out << json::Write(document, {.indent = 2}) << "\n";
    return absl::OkStatus();
  }
  std::vector<std::vector<std::string>> rows;
  for (const Preset* preset : presets) {
    rows.push_back(Row(*preset, NeedsOf(*preset)));
  }
  context.out << Table({"NAME", "WEIGHTS", "TO TUNE", "TO SERVE", "GPUS",
                        "TOKENS", "SMALLEST INSTANCE", "NOTES"},
                       rows)
              << "\nTO TUNE: memory of each GPU, by qlora with rank 8 and one "
                 "row of 1024 tokens. TO SERVE: of all\nGPUs together, with "
                 "16-bit weights and one request of 2048 tokens. Both are "
                 "estimates.\n";
  return absl::OkStatus();
}

}  // namespace kaito::cli
