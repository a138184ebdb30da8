#include "kaito/runtime/backend/random_model.h"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <span>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/kernels/stream.h"
#include "kaito/kernels/types.h"
#include "kaito/runtime/backend/linear_weight.h"
#include "kaito/runtime/backend/model_weights.h"
#include "kaito/runtime/model/tensor_names.h"
#include "kaito/runtime/weights/dtype.h"
#include "kaito/runtime/weights/tensor_view.h"

namespace kaito::runtime {
namespace {

using kernels::Stream;

class Numbers {
 public:
  explicit Numbers(uint32_t seed) : random_(seed) {}

  // Uniform around `middle`.
  std::vector<float> Take(int64_t count, double width, double middle = 0) {
    std::vector<float> values(count);
    for (float& x : values) {
      const double unit = static_cast<double>(random_()) / 4294967296.0;
      x = static_cast<float>(middle + width * (2 * unit - 1));
    }
    return values;
  }

 private:
  std::mt19937 random_;  // Standard: the same everywhere.
};

TensorView ViewOf(const std::vector<float>& values, int64_t rows,
                  int64_t columns) {
  return {.dtype = Dtype::kF32,
          .shape = {rows, columns},
          .bytes = std::as_bytes(std::span(values))};
}

absl::StatusOr<FloatTable> Table(const RandomModelOptions& o,
                                 Numbers& numbers) {
  const std::vector<float> values =
      numbers.Take(o.vocab_size * o.hidden_size, 1);
  if (!o.bf16_tables) {
    return ReadTable(ViewOf(values, o.vocab_size, o.hidden_size), false,
                     Stream::Cpu());
  }
  std::vector<kernels::bf16> rounded;
  rounded.reserve(values.size());
  for (const float x : values) rounded.push_back(kernels::ToBf16(x));
  return ReadTable({.dtype = Dtype::kBf16,
                    .shape = {o.vocab_size, o.hidden_size},
                    .bytes = std::as_bytes(std::span(rounded))},
                   false, Stream::Cpu());
}

absl::StatusOr<LayerWeights> Layer(const DecoderConfig& config,
                                   const TensorNames& names, int64_t index,
                                   bool quantized, Numbers& numbers) {
  LayerWeights layer;
  layer.attention_norm = numbers.Take(config.hidden_size, 0.2, 1);
  layer.mlp_norm = numbers.Take(config.hidden_size, 0.2, 1);
  if (config.qk_norm) {
    layer.q_norm = numbers.Take(config.head_dim, 0.2, 1);
    layer.k_norm = numbers.Take(config.head_dim, 0.2, 1);
  }
  for (const LinearModule& m : LayerLinears(config, names, index)) {
    // Outputs then vary as much as inputs do.
    const double width = std::sqrt(3.0 / static_cast<double>(m.in));
    const std::vector<float> values = numbers.Take(m.out * m.in, width);
    const TensorView view = ViewOf(values, m.out, m.in);
    KAITO_ASSIGN_OR_RETURN(LinearWeight w,
                           quantized ? QuantizeLinear(view, Stream::Cpu())
                                     : ReadDenseLinear(view, Stream::Cpu()));
    if (m.bias) w.bias = numbers.Take(m.out, 0.5);
    layer.linear(m.role) = std::move(w);
  }
  return layer;
}

}  // namespace

DecoderConfig ConfigOfRandomModel(const RandomModelOptions& o) {
  DecoderConfig config = {.family = "random",
                          .hidden_size = o.hidden_size,
                          .layers = o.layers,
                          .heads = o.heads,
                          .kv_heads = o.kv_heads,
                          .head_dim = o.head_dim,
                          .intermediate_size = o.intermediate_size,
                          .vocab_size = o.vocab_size,
                          .max_positions = o.max_positions,
                          .norm_epsilon = 1e-5,
                          .fused_qkv = o.fused,
                          .fused_gate_up = o.fused,
                          .qkv_bias = o.biases,
                          .output_bias = o.biases,
                          .mlp_bias = o.biases,
                          .qk_norm = o.qk_norm,
                          .tied_embeddings = o.tied};
  config.rope = {.rotary_dim = o.head_dim, .theta = 10000};
  config.windows.assign(o.layers, o.window);
  config.special.eos = {0};
  return config;
}

absl::StatusOr<LoadedModel> RandomModel(const RandomModelOptions& options) {
  LoadedModel model;
  model.config.decoder = ConfigOfRandomModel(options);
  const DecoderConfig& config = model.config.decoder;
  Numbers numbers(options.seed);
  KAITO_ASSIGN_OR_RETURN(model.weights.embedding, Table(options, numbers));
  for (int64_t i = 0; i < config.layers; ++i) {
    KAITO_ASSIGN_OR_RETURN(
        LayerWeights layer,
        Layer(config, model.config.names, i, options.quantized, numbers));
    model.weights.layers.push_back(std::move(layer));
  }
  model.weights.final_norm = numbers.Take(config.hidden_size, 0.2, 1);
  if (!config.tied_embeddings) {
    KAITO_ASSIGN_OR_RETURN(model.weights.head, Table(options, numbers));
  }
  return model;
}

LoraAdapter RandomAdapter(const DecoderConfig& config,
                          const RandomAdapterOptions& options) {
  Numbers numbers(options.seed);
  LoraAdapter adapter;
  for (int64_t layer = 0; layer < config.layers; ++layer) {
    for (const LinearModule& m : LayerLinears(config, TensorNames(), layer)) {
      const double width = std::sqrt(3.0 / static_cast<double>(m.in));
      LoraModule module = {.module = m.module,
                           .layer = layer,
                           .role = m.role,
                           .in = m.in,
                           .out = m.out,
                           .rank = options.rank,
                           .scale = options.scale};
      module.a = numbers.Take(options.rank * m.in, width);
      module.b = numbers.Take(m.out * options.rank, 0.1);
      adapter.modules.push_back(std::move(module));
    }
  }
  return adapter;
}

}  // namespace kaito::runtime
