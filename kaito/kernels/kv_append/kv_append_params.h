#ifndef KAITO_KERNELS_KV_APPEND_KV_APPEND_PARAMS_H_
#define KAITO_KERNELS_KV_APPEND_KV_APPEND_PARAMS_H_

// What kv_append writes, and where: the vocabulary of all files here.

#include <cstdint>

#include "kaito/kernels/decode_attention/paged_kv_params.h"

namespace kaito::kernels {

struct KvAppendParams {
  // Lengths count the tokens that are appended already.
  PagedKv kv;
  const float* k = nullptr;    // [tokens, kv_heads, head_dim], after rope
  int64_t k_token_stride = 0;  // Elements; at least kv_heads * head_dim.
  const float* v = nullptr;    // [tokens, kv_heads, head_dim]
  int64_t v_token_stride = 0;
};

}  // namespace kaito::kernels

#endif  // KAITO_KERNELS_KV_APPEND_KV_APPEND_PARAMS_H_
