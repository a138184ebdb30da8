#include "kaito/runtime/backend/model_weights.h"

#include <cstdint>

#include "kaito/runtime/backend/linear_weight.h"

namespace kaito::runtime {

int64_t ModelWeights::Bytes() const {
  int64_t floats = static_cast<int64_t>(final_norm.size());
  int64_t bytes = embedding.data.bytes() + head.data.bytes();
  for (const LayerWeights& layer : layers) {
    floats += static_cast<int64_t>(layer.attention_norm.size() +
                                   layer.mlp_norm.size() + layer.q_norm.size() +
                                   layer.k_norm.size());
    for (const LinearWeight& linear : layer.linears) bytes += linear.Bytes();
  }
  return bytes + floats * static_cast<int64_t>(sizeof(float));
}

}  // namespace kaito::runtime
