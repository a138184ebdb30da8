#include "kaito/operator/presets/preset_table.h"

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "kaito/operator/presets/preset.h"

namespace kaito::controller {
namespace {

struct Row {
  absl::string_view name;
  absl::string_view hub_id;
  absl::string_view image_tag;
  double weights_gib;
  int64_t disk_gib;
  int64_t token_limit;
  int64_t gpus;
  DecoderShape shape;
  bool gated;
};

// What models of one architecture and size share.
constexpr DecoderShape Shape(int64_t layers, int64_t hidden,
                             int64_t intermediate, int64_t query_width,
                             int64_t kv_width, int64_t vocabulary,
                             bool tied = false) {
  return {.layers = layers,
          .hidden = hidden,
          .intermediate = intermediate,
          .query_width = query_width,
          .kv_width = kv_width,
          .vocabulary = vocabulary,
          .tied_embeddings = tied};
}

constexpr DecoderShape kPhi3Mini = Shape(32, 3072, 8192, 3072, 3072, 32064);
constexpr DecoderShape kPhi3Medium = Shape(40, 5120, 17920, 5120, 1280, 32064);
constexpr DecoderShape kPhi4 = Shape(40, 5120, 17920, 5120, 1280, 100352);
constexpr DecoderShape kPhi4Mini =
    Shape(32, 3072, 8192, 3072, 1024, 200064, /*tied=*/true);
constexpr DecoderShape kLlama8b = Shape(32, 4096, 14336, 4096, 1024, 128256);
constexpr DecoderShape kLlama70b = Shape(80, 8192, 28672, 8192, 1024, 128256);
constexpr DecoderShape kMistral7b = Shape(32, 4096, 14336, 4096, 1024, 32768);
constexpr DecoderShape kQwen7b = Shape(28, 3584, 18944, 3584, 512, 152064);
constexpr DecoderShape kQwen14b = Shape(48, 5120, 13824, 5120, 1024, 152064);
constexpr DecoderShape kQwen32b = Shape(64, 5120, 27648, 5120, 1024, 152064);

// Names, tags, disks and sizes are those of KAITO's catalogue; shapes are those
// of the models' config.json. Llama has no public image: its weights come from
// the hub.
// clang-format off
constexpr Row kRows[] = {
    {"phi-3-mini-4k-instruct", "microsoft/Phi-3-mini-4k-instruct", "0.1.1", 7.12, 80, 4096, 1, kPhi3Mini, false},
    {"phi-3-mini-128k-instruct", "microsoft/Phi-3-mini-128k-instruct", "0.1.1", 7.12, 80, 131072, 1, kPhi3Mini, false},
    {"phi-3-medium-4k-instruct", "microsoft/Phi-3-medium-4k-instruct", "0.1.1", 26.00, 120, 4096, 1, kPhi3Medium, false},
    {"phi-3-medium-128k-instruct", "microsoft/Phi-3-medium-128k-instruct", "0.1.1", 26.00, 120, 131072, 1, kPhi3Medium, false},
    {"phi-3.5-mini-instruct", "microsoft/Phi-3.5-mini-instruct", "0.1.1", 7.12, 70, 131072, 1, kPhi3Mini, false},
    {"phi-4", "microsoft/phi-4", "0.1.1", 27.31, 150, 16384, 1, kPhi4, false},
    {"phi-4-mini-instruct", "microsoft/Phi-4-mini-instruct", "0.1.1", 7.15, 70, 131072, 1, kPhi4Mini, false},
    {"llama-3.1-8b-instruct", "meta-llama/Llama-3.1-8B-Instruct", "", 14.96, 110, 131072, 1, kLlama8b, true},
    {"llama-3.3-70b-instruct", "meta-llama/Llama-3.3-70B-Instruct", "", 131.42, 220, 131072, 2, kLlama70b, true},
    {"mistral-7b", "mistralai/Mistral-7B-v0.3", "0.1.1", 13.50, 90, 32768, 1, kMistral7b, false},
    {"mistral-7b-instruct", "mistralai/Mistral-7B-Instruct-v0.3", "0.1.1", 13.50, 90, 32768, 1, kMistral7b, false},
    {"qwen2.5-coder-7b-instruct", "Qwen/Qwen2.5-Coder-7B-Instruct", "0.1.1", 14.19, 110, 32768, 1, kQwen7b, false},
    {"qwen2.5-coder-32b-instruct", "Qwen/Qwen2.5-Coder-32B-Instruct", "0.1.1", 61.03, 230, 32768, 1, kQwen32b, false},
    {"deepseek-r1-distill-llama-8b", "deepseek-ai/DeepSeek-R1-Distill-Llama-8B", "0.1.1", 14.96, 90, 131072, 1, kLlama8b, false},
    {"deepseek-r1-distill-qwen-14b", "deepseek-ai/DeepSeek-R1-Distill-Qwen-14B", "0.1.1", 27.51, 120, 131072, 1, kQwen14b, false},
};
// clang-format on

// KAITO once had these; the runtime knows none of their architectures.
constexpr absl::string_view kGone[] = {
    "falcon-7b",   "falcon-7b-instruct", "falcon-40b",  "falcon-40b-instruct",
    "llama-2-7b",  "llama-2-7b-chat",    "llama-2-13b", "llama-2-13b-chat",
    "llama-2-70b", "llama-2-70b-chat",   "phi-2"};

constexpr double kGib = 1024.0 * 1024 * 1024;

// The model that comes with the program: made for this project, and small
// enough to be tuned on two CPU cores.
Preset Tiny() {
  return {.name = "tiny-phi-3-instruct",
          .hub_id = "",
          .image_tag = "",
          .weights_bytes = 4'328'832,  // 2,164,416 parameters in bf16.
          .disk_bytes = int64_t{1} << 30,
          .token_limit = 2048,
          .gpus = 1,
          .shape = Shape(4, 192, 512, 192, 192, 2048, /*tied=*/true),
          .cpu_allowed = true};
}

}  // namespace

std::vector<Preset> BuiltInPresets() {
  std::vector<Preset> presets = {Tiny()};
  for (const Row& row : kRows) {
    presets.push_back(
        {.name = std::string(row.name),
         .hub_id = std::string(row.hub_id),
         .image_tag = std::string(row.image_tag),
         .weights_bytes = static_cast<int64_t>(row.weights_gib * kGib),
         .disk_bytes = row.disk_gib << 30,
         .token_limit = row.token_limit,
         .gpus = row.gpus,
         .shape = row.shape,
         .gated = row.gated});
  }
  for (const absl::string_view name : kGone) {
    presets.push_back(
        {.name = std::string(name), .tunable = false, .deprecated = true});
  }
  return presets;
}

}  // namespace kaito::controller
