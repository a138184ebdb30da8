#ifndef KAITO_KERNELS_KV_APPEND_KV_APPEND_H_
#define KAITO_KERNELS_KV_APPEND_KV_APPEND_H_

// Writes a step's keys and values into the blocks of a paged cache, rounded to
// the cache's type. Serving calls it for each layer after rope, in prefill and
// in decode, before decode_attention reads the cache. Two sequences may share
// full blocks of a common prefix, never one that is written.
//
//   KAITO_RETURN_IF_ERROR(KvAppend({.kv = kv,
//                                   .k = qkv + q_heads * head_dim,
//                                   .k_token_stride = row,
//                                   .v = …},
//                                  stream));

#include "absl/status/status.h"
#include "kaito/kernels/kv_append/kv_append_params.h"
#include "kaito/kernels/stream.h"

namespace kaito::kernels {

// On the CPU done on return. Fails with
// - InvalidArgument: a pointer is null, a size, stride or table outside what the
//   parameters state;
// - Unimplemented: a CUDA stream; there is no kernel for it.
absl::Status KvAppend(const KvAppendParams& params, Stream stream);

}  // namespace kaito::kernels

#endif  // KAITO_KERNELS_KV_APPEND_KV_APPEND_H_
