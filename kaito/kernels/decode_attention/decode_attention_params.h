#ifndef KAITO_KERNELS_DECODE_ATTENTION_DECODE_ATTENTION_PARAMS_H_
#define KAITO_KERNELS_DECODE_ATTENTION_DECODE_ATTENTION_PARAMS_H_

// A step's queries against a paged cache: the vocabulary of all files here.

#include <cstdint>

#include "kaito/kernels/decode_attention/paged_kv_params.h"

namespace kaito::kernels {

struct DecodeAttentionParams {
  // Holds this step's keys and values already (kv_append).
  PagedKv kv;
  int64_t q_heads = 0;  // A multiple of kv.kv_heads.
  float scale = 0;      // Of the scores; 1 / sqrt(head_dim) in most models.
  // A token sees this many keys at most, its own included; 0 is all of them.
  int64_t window = 0;
  const float* q = nullptr;    // [tokens, q_heads, head_dim]
  int64_t q_token_stride = 0;  // Elements; at least q_heads * head_dim.
  float* out = nullptr;        // [tokens, q_heads, head_dim]
  int64_t out_token_stride = 0;
  // At least DecodeAttentionWorkspaceBytes(); 64-byte aligned.
  void* workspace = nullptr;
  int64_t workspace_bytes = 0;
};

}  // namespace kaito::kernels

#endif  // KAITO_KERNELS_DECODE_ATTENTION_DECODE_ATTENTION_PARAMS_H_
