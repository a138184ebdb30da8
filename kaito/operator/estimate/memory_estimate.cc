#include "kaito/operator/estimate/memory_estimate.h"

#include <algorithm>
#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "kaito/api/job/training_config.h"
#include "kaito/operator/presets/preset.h"

namespace kaito::controller {
namespace {

// Context of a CUDA device, workspaces of its libraries, and fragments.
constexpr int64_t kFixedBytes = int64_t{1} << 30;
// Below this the model is one for the CPU, where there is no context.
constexpr int64_t kSmallModelBytes = 64 << 20;
constexpr int64_t kSmallFixedBytes = 128 << 20;
constexpr int64_t kBf16 = 2;
constexpr int64_t kFloat = 4;
// Weight, gradient and AdamW's two moments, all in fp32.
constexpr int64_t kBytesPerTrained = 4 * kFloat;
// The loss is taken over that many tokens at a time (fused cross-entropy).
constexpr int64_t kLossTokens = 1024;

int64_t LinearParameters(const DecoderShape& s) {
  return s.layers * (s.hidden * (s.query_width + 2 * s.kv_width) +
                     s.query_width * s.hidden + 3 * s.hidden * s.intermediate);
}

int64_t EmbeddingParameters(const DecoderShape& s) {
  return s.vocabulary * s.hidden * (s.tied_embeddings ? 1 : 2);
}

// Of one pair of matrices for each linear layer.
int64_t AdapterParameters(const DecoderShape& s, int64_t rank) {
  const int64_t widths =
      (s.hidden + s.query_width) + 2 * (s.hidden + s.kv_width) +
      (s.query_width + s.hidden) + 3 * (s.hidden + s.intermediate);
  return s.layers * rank * widths;
}

int64_t WeightsBytes(const DecoderShape& s, Quantization quantization) {
  const int64_t linear = LinearParameters(s);
  int64_t bytes = kBf16 * linear;
  if (quantization == Quantization::kNf4) {
    // Four bits, and a quantised scale for each block of 64.
    bytes = linear / 2 + linear / 64 + linear / 64 / 256 * kFloat;
  } else if (quantization == Quantization::kInt8) {
    bytes = linear + linear / 256 * kFloat;
  }
  // Embeddings and the last layer are not quantised.
  return bytes + kBf16 * EmbeddingParameters(s);
}

int64_t FixedBytes(int64_t weights_bytes) {
  return weights_bytes < kSmallModelBytes ? kSmallFixedBytes : kFixedBytes;
}

}  // namespace

TuningRecipe RecipeOf(const api::TrainingConfig& config) {
  TuningRecipe recipe = {.quantization = Quantization::kNone,
                         .rank = config.lora.r,
                         .rows = config.arguments.per_device_train_batch_size,
                         .tokens_per_row = config.arguments.max_length};
  if (config.quantization && config.quantization->load_in_4bit) {
    recipe.quantization = Quantization::kNf4;
  } else if (config.quantization && config.quantization->load_in_8bit) {
    recipe.quantization = Quantization::kInt8;
  }
  return recipe;
}

MemoryEstimate EstimateTuning(const DecoderShape& shape,
                              const TuningRecipe& recipe) {
  MemoryEstimate need;
  need.weights_bytes = WeightsBytes(shape, recipe.quantization);
  need.adapter_bytes = kBytesPerTrained * AdapterParameters(shape, recipe.rank);
  const int64_t tokens = recipe.rows * recipe.tokens_per_row;
  // Kept at each layer's entrance, the rest is computed again; then one layer
  // with its gradients, the loss of a part of the tokens, and the largest
  // matrix unpacked.
  const int64_t kept = shape.layers * tokens * shape.hidden * kBf16;
  const int64_t layer = 2 * tokens * kBf16 *
                        (4 * shape.hidden + 2 * shape.query_width +
                         2 * shape.kv_width + 3 * shape.intermediate);
  const int64_t loss =
      std::min(tokens, kLossTokens) * shape.vocabulary * kFloat;
  const int64_t unpacked = recipe.quantization == Quantization::kNone
                               ? 0
                               : shape.hidden * shape.intermediate * kBf16;
  need.activation_bytes = kept + layer + loss + unpacked;
  need.fixed_bytes = FixedBytes(need.weights_bytes);
  return need;
}

MemoryEstimate EstimateServing(const DecoderShape& shape,
                               Quantization quantization, int64_t tokens) {
  MemoryEstimate need;
  need.weights_bytes = WeightsBytes(shape, quantization);
  need.cache_bytes = 2 * shape.layers * shape.kv_width * kBf16 * tokens;
  need.activation_bytes =
      tokens * kBf16 * (4 * shape.hidden + 3 * shape.intermediate) +
      shape.vocabulary * kFloat;
  need.fixed_bytes = FixedBytes(need.weights_bytes);
  return need;
}

std::string Gibibytes(int64_t bytes) {
  return absl::StrFormat("%.1f GiB",
                         static_cast<double>(bytes) / (int64_t{1} << 30));
}

std::string DescribeShortage(absl::string_view preset, absl::string_view use,
                             const MemoryEstimate& need,
                             absl::string_view where, int64_t available_bytes) {
  return absl::StrCat(preset, " needs about ", Gibibytes(need.total_bytes()),
                      " for ", use, " (weights ", Gibibytes(need.weights_bytes),
                      ", adapter and optimiser ", Gibibytes(need.adapter_bytes),
                      ", activations ", Gibibytes(need.activation_bytes),
                      ", keys and values ", Gibibytes(need.cache_bytes),
                      ", the program ", Gibibytes(need.fixed_bytes), "); ",
                      where, " has ", Gibibytes(available_bytes));
}

}  // namespace kaito::controller
