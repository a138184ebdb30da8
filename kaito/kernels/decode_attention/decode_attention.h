#ifndef KAITO_KERNELS_DECODE_ATTENTION_DECODE_ATTENTION_H_
#define KAITO_KERNELS_DECODE_ATTENTION_DECODE_ATTENTION_H_

// Attention of a step's new tokens (one, or a few, of each sequence) against
// the sequences' paged caches. For serving's decode; a whole prompt is for
// attention, which reads each key once for 96 queries.
//
//   KAITO_RETURN_IF_ERROR(KvAppend({.kv = kv, …}, stream));
//   DecodeAttentionParams params = {.kv = kv, .q_heads = q_heads, …};
//   KAITO_ASSIGN_OR_RETURN(params.workspace_bytes,
//                          DecodeAttentionWorkspaceBytes(params, stream));
//   params.workspace = …;
//   KAITO_RETURN_IF_ERROR(DecodeAttention(params, stream));

#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "kaito/kernels/decode_attention/decode_attention_params.h"
#include "kaito/kernels/stream.h"

namespace kaito::kernels {

// What `workspace` must hold: it grows with the sequences' lengths. Of the
// parameters kv, q_heads and window are read.
absl::StatusOr<int64_t> DecodeAttentionWorkspaceBytes(
    const DecodeAttentionParams& params, Stream stream);

// On the CPU done on return, the same bits for every number of workers and
// whatever other sequences are in the batch. Fails with
// - InvalidArgument: a pointer is null, a size, stride or table outside what the
//   parameters state, the workspace too small or not aligned;
// - Unimplemented: a CUDA stream; there is no kernel for it.
absl::Status DecodeAttention(const DecodeAttentionParams& params,
                             Stream stream);

}  // namespace kaito::kernels

#endif  // KAITO_KERNELS_DECODE_ATTENTION_DECODE_ATTENTION_H_
