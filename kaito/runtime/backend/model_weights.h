#ifndef KAITO_RUNTIME_BACKEND_MODEL_WEIGHTS_H_
#define KAITO_RUNTIME_BACKEND_MODEL_WEIGHTS_H_

// ModelWeights: all weights of a decoder, in memory and frozen. Made by
// LoadModel() (load_model.h), or by a test at random; read by the passes.
//
//   const LinearWeight& down = weights.layers[3].linear(LinearRole::kDown);

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "kaito/runtime/backend/linear_weight.h"
#include "kaito/runtime/model/tensor_names.h"

namespace kaito::runtime {

inline constexpr size_t kLinearRoles = 9;  // As many as LinearRole has.
static_assert(static_cast<size_t>(LinearRole::kDown) + 1 == kLinearRoles);

struct LayerWeights {
  std::vector<float> attention_norm;  // [hidden_size]
  std::vector<float> mlp_norm;        // [hidden_size]
  std::vector<float> q_norm;          // [head_dim], or empty
  std::vector<float> k_norm;          // [head_dim], or empty
  // By role; those that the decoder does not have are empty.
  std::array<LinearWeight, kLinearRoles> linears;

  const LinearWeight& linear(LinearRole role) const {
    return linears[static_cast<size_t>(role)];
  }
  LinearWeight& linear(LinearRole role) {
    return linears[static_cast<size_t>(role)];
  }
};

struct ModelWeights {
  FloatTable embedding;  // [vocab_size, hidden_size]
  std::vector<LayerWeights> layers;
  std::vector<float> final_norm;  // [hidden_size]
  FloatTable head;  // [vocab_size, hidden_size]; empty: the embedding.

  const FloatTable& logits_table() const {
    return head.data.bytes() == 0 ? embedding : head;
  }

  int64_t Bytes() const;
};

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_BACKEND_MODEL_WEIGHTS_H_
