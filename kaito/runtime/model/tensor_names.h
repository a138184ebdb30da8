#ifndef KAITO_RUNTIME_MODEL_TENSOR_NAMES_H_
#define KAITO_RUNTIME_MODEL_TENSOR_NAMES_H_

// What the weights of a decoder are called in its files, and the shapes that
// they have. Pure. Names are those of modules: a linear's weight is
// "<module>.weight", and adapters match on the module.
//
//   for (const LinearModule& linear : LayerLinears(config, names, layer)) {
//     KAITO_ASSIGN_OR_RETURN(view, weights.Get(WeightName(linear.module)));
//   }

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "kaito/runtime/model/decoder_config.h"

namespace kaito::runtime {

// The defaults are Llama's, which most families took over.
struct TensorNames {
  std::string embedding = "model.embed_tokens";
  std::string final_norm = "model.norm";
  std::string head = "lm_head";
  std::string layers = "model.layers";  // Then ".<layer>." and one of these:
  std::string attention_norm = "input_layernorm";
  std::string mlp_norm = "post_attention_layernorm";
  std::string q = "self_attn.q_proj";
  std::string k = "self_attn.k_proj";
  std::string v = "self_attn.v_proj";
  std::string qkv = "self_attn.qkv_proj";
  std::string o = "self_attn.o_proj";
  std::string q_norm = "self_attn.q_norm";
  std::string k_norm = "self_attn.k_norm";
  std::string gate = "mlp.gate_proj";
  std::string up = "mlp.up_proj";
  std::string gate_up = "mlp.gate_up_proj";
  std::string down = "mlp.down_proj";

  bool operator==(const TensorNames&) const = default;
};

// What a linear is for; the fused ones stand for two or three.
enum class LinearRole : uint8_t {
  kQ,
  kK,
  kV,
  kQkv,
  kO,
  kGate,
  kUp,
  kGateUp,
  kDown,
};

struct LinearModule {
  LinearRole role = LinearRole::kQ;
  std::string module;  // "model.layers.0.self_attn.q_proj"
  int64_t out = 0;     // The weight is [out, in].
  int64_t in = 0;
  bool bias = false;  // [out]
};

// Those of one layer, in the order in which data goes through them. A fused
// module's rows are q | k | v, or gate | up.
std::vector<LinearModule> LayerLinears(const DecoderConfig& config,
                                       const TensorNames& names, int64_t layer);

// The full name of what `names` says of a layer: "model.layers.3.mlp.up_proj".
std::string LayerModule(const TensorNames& names, int64_t layer,
                        absl::string_view member);

std::string WeightName(absl::string_view module);
std::string BiasName(absl::string_view module);

struct WantedTensor {
  std::string name;
  std::vector<int64_t> shape;
  bool linear = false;  // May be stored in 4 bits.
};

// Every tensor that the model needs, each once. Without a head where it is the
// embedding.
std::vector<WantedTensor> WantedTensors(const DecoderConfig& config,
                                        const TensorNames& names);

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_MODEL_TENSOR_NAMES_H_
