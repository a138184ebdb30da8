#ifndef KAITO_RUNTIME_MODEL_DECODER_CONFIG_H_
#define KAITO_RUNTIME_MODEL_DECODER_CONFIG_H_

// DecoderConfig: one decoder, described by data (docs/adr/0004). The only thing
// that the forward and backward passes know about a model's family; made from
// config.json by ParseModelConfig (model_config.h), or by a test as it likes.
//
//   for (int64_t layer = 0; layer < config.layers; ++layer) {
//     const int64_t window = config.windows[layer];  // 0: all keys
//   }

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "kaito/runtime/model/rope_config.h"

namespace kaito::runtime {

enum class NormKind : uint8_t {
  kRms,  // x / sqrt(mean(x^2) + epsilon), rounded, then times the weight.
};

enum class Activation : uint8_t {
  kSilu,  // The MLP is down(silu(gate(x)) * up(x)).
};

// Of the weights, as the configuration states it.
enum class StatedDtype : uint8_t { kUnstated, kF32, kBf16, kF16 };

struct SpecialIds {
  std::optional<int64_t> bos;
  std::vector<int64_t> eos;  // Any of them ends a text. May be empty.
  std::optional<int64_t> pad;

  bool operator==(const SpecialIds&) const = default;
};

struct DecoderConfig {
  std::string family;  // model_type: "phi3".

  int64_t hidden_size = 0;
  int64_t layers = 0;
  int64_t heads = 0;     // Of queries.
  int64_t kv_heads = 0;  // Divides heads.
  int64_t head_dim = 0;  // Not always hidden_size / heads.
  int64_t intermediate_size = 0;
  int64_t vocab_size = 0;
  int64_t max_positions = 0;

  NormKind norm = NormKind::kRms;
  double norm_epsilon = 0;
  Activation activation = Activation::kSilu;
  RopeConfig rope;

  // One projection whose rows are q | k | v, and one whose rows are gate | up.
  bool fused_qkv = false;
  bool fused_gate_up = false;
  bool qkv_bias = false;
  bool output_bias = false;  // Of attention's output projection.
  bool mlp_bias = false;
  // Each head of q and k is normalised, before it is rotated.
  bool qk_norm = false;
  // The logits' matrix is the embedding.
  bool tied_embeddings = false;

  // How many keys a query of each layer sees, itself included; 0: all that came
  // before. [layers]
  std::vector<int64_t> windows;

  SpecialIds special;
  StatedDtype dtype = StatedDtype::kUnstated;

  bool operator==(const DecoderConfig&) const = default;
};

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_MODEL_DECODER_CONFIG_H_
