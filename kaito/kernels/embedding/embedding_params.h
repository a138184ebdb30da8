#ifndef KAITO_KERNELS_EMBEDDING_EMBEDDING_PARAMS_H_
#define KAITO_KERNELS_EMBEDDING_EMBEDDING_PARAMS_H_

// Rows of a table by token: out[t] = scale * table[ids[t]]. The vocabulary of
// all files here.

#include <cstdint>

#include "kaito/kernels/types.h"

namespace kaito::kernels {

template <typename T>
struct EmbeddingParamsOf {
  // [vocabulary, columns], f32 or bf16. In the reference always double.
  const void* table = nullptr;
  FloatType table_type = FloatType::kF32;
  const int32_t* ids = nullptr;  // [tokens]
  T* out = nullptr;              // [tokens, columns], written
  int64_t tokens = 0;
  int64_t columns = 0;
  int64_t vocabulary = 0;
  float scale = 1;  // Of the Gemma models; 1 leaves the bits as they are.
};

using EmbeddingParams = EmbeddingParamsOf<float>;

}  // namespace kaito::kernels

#endif  // KAITO_KERNELS_EMBEDDING_EMBEDDING_PARAMS_H_
