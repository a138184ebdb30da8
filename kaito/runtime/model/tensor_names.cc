#include "kaito/runtime/model/tensor_names.h"

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/runtime/model/decoder_config.h"

namespace kaito::runtime {
namespace {

void AddLayer(const DecoderConfig& config, const TensorNames& names,
              int64_t layer, std::vector<WantedTensor>& wanted) {
  const auto add_norm = [&](const std::string& member, int64_t size) {
    wanted.push_back({.name = WeightName(LayerModule(names, layer, member)),
                      .shape = {size}});
  };
  add_norm(names.attention_norm, config.hidden_size);
  add_norm(names.mlp_norm, config.hidden_size);
  if (config.qk_norm) {
    add_norm(names.q_norm, config.head_dim);
    add_norm(names.k_norm, config.head_dim);
  }
  for (const LinearModule& linear : LayerLinears(config, names, layer)) {
    wanted.push_back({.name = WeightName(linear.module),
                      .shape = {linear.out, linear.in},
                      .linear = true});
    if (linear.bias) {
      wanted.push_back(
          {.name = BiasName(linear.module), .shape = {linear.out}});
    }
  }
}

}  // namespace

std::string LayerModule(const TensorNames& names, int64_t layer,
                        absl::string_view member) {
  return absl::StrCat(names.layers, ".", layer, ".", member);
}

std::string WeightName(absl::string_view module) {
  return absl::StrCat(module, ".weight");
}

std::string BiasName(absl::string_view module) {
  return absl::StrCat(module, ".bias");
}

std::vector<LinearModule> LayerLinears(const DecoderConfig& config,
                                       const TensorNames& names,
                                       int64_t layer) {
  std::vector<LinearModule> linears;
  const auto add = [&](LinearRole role, const std::string& member, int64_t out,
                       int64_t in, bool bias) {
    linears.push_back({.role = role,
                       .module = LayerModule(names, layer, member),
                       .out = out,
                       .in = in,
                       .bias = bias});
  };
  const int64_t hidden = config.hidden_size;
  const int64_t inner = config.intermediate_size;
  const int64_t q_rows = config.heads * config.head_dim;
  const int64_t kv_rows = config.kv_heads * config.head_dim;
  if (config.fused_qkv) {
    add(LinearRole::kQkv, names.qkv, q_rows + 2 * kv_rows, hidden,
        config.qkv_bias);
  } else {
    add(LinearRole::kQ, names.q, q_rows, hidden, config.qkv_bias);
    add(LinearRole::kK, names.k, kv_rows, hidden, config.qkv_bias);
    add(LinearRole::kV, names.v, kv_rows, hidden, config.qkv_bias);
  }
  add(LinearRole::kO, names.o, hidden, q_rows, config.output_bias);
  if (config.fused_gate_up) {
    add(LinearRole::kGateUp, names.gate_up, 2 * inner, hidden, config.mlp_bias);
  } else {
    add(LinearRole::kGate, names.gate, inner, hidden, config.mlp_bias);
    add(LinearRole::kUp, names.up, inner, hidden, config.mlp_bias);
  }
  add(LinearRole::kDown, names.down, hidden, inner, config.mlp_bias);
  return linears;
}

std::vector<WantedTensor> WantedTensors(const DecoderConfig& config,
                                        const TensorNames& names) {
  std::vector<WantedTensor> wanted;
  wanted.push_back({.name = WeightName(names.embedding),
                    .shape = {config.vocab_size, config.hidden_size}});
  for (int64_t layer = 0; layer < config.layers; ++layer) {
    AddLayer(config, names, layer, wanted);
  }
  wanted.push_back(
      {.name = WeightName(names.final_norm), .shape = {config.hidden_size}});
  if (!config.tied_embeddings) {
    wanted.push_back({.name = WeightName(names.head),
                      .shape = {config.vocab_size, config.hidden_size}});
  }
  return wanted;
}

}  // namespace kaito::runtime
