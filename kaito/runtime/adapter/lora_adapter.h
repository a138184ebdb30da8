#ifndef KAITO_RUNTIME_ADAPTER_LORA_ADAPTER_H_
#define KAITO_RUNTIME_ADAPTER_LORA_ADAPTER_H_

// LoraAdapter: the low-rank weights that tuning makes and serving adds to a
// frozen decoder, in fp32. Made from a PEFT directory, or anew from a config;
// the backend (decoder_backend.h) reads it, only the training step writes it.
//
//   for (const LoraModule& m : adapter.modules) {
//     // y += m.scale * (x A^T) B^T, at the linear m.role of layer m.layer.
//   }

#include <cstdint>
#include <string>
#include <vector>

#include "kaito/runtime/model/tensor_names.h"

namespace kaito::runtime {

struct LoraModule {
  std::string module;  // "model.layers.0.self_attn.qkv_proj"
  int64_t layer = 0;
  LinearRole role = LinearRole::kQ;
  int64_t in = 0;
  int64_t out = 0;
  int64_t rank = 0;
  double scale = 1;      // alpha / rank, or alpha / sqrt(rank).
  std::vector<float> a;  // [rank, in]
  std::vector<float> b;  // [out, rank]
};

// By layer, then by role: the order of LayerLinears(). Each linear at most
// once.
struct LoraAdapter {
  std::vector<LoraModule> modules;
};

// Same order as the adapter's modules.
struct LoraModuleGradient {
  std::vector<float> a;  // [rank, in]
  std::vector<float> b;  // [out, rank]
};

struct LoraGradients {
  std::vector<LoraModuleGradient> modules;
};

// All zero.
LoraGradients ZeroGradients(const LoraAdapter& adapter);

int64_t ParameterCount(const LoraAdapter& adapter);

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_ADAPTER_LORA_ADAPTER_H_
