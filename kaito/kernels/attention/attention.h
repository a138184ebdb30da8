#ifndef KAITO_KERNELS_ATTENTION_ATTENTION_H_
#define KAITO_KERNELS_ATTENTION_ATTENTION_H_

// Causal self-attention of packed sequences, for training and for prefill:
// softmax(scale * q k^T) v for each head, without ever holding the scores.
// Grouped heads, sliding windows, capped scores, sinks. Not for queries against
// a KV cache (decode_attention).
//
//   AttentionParams params = {.starts = starts, …};
//   std::vector<…> workspace(AttentionForwardWorkspaceBytes(params, stream));
//   params.workspace = …;
//   KAITO_RETURN_IF_ERROR(AttentionForward(params, stream));
//   KAITO_RETURN_IF_ERROR(AttentionBackward(
//       {.forward = params, .d_out = d_out, .d_q = d_q, .d_k = d_k,
//        .d_v = d_v}, stream));
//
// A score of minus infinity has weight 0. A NaN or infinity spreads within its
// sequence, also to earlier tokens of the same tile, and never to another one.

#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "kaito/kernels/attention/attention_params.h"
#include "kaito/kernels/stream.h"

namespace kaito::kernels {

// What `workspace` must hold. Of the parameters only the sizes and `starts` are
// read; the errors are those of the passes. The backward pass has, for each
// worker, the gradients of the longest sequence's keys and values of one head.
absl::StatusOr<int64_t> AttentionForwardWorkspaceBytes(
    const AttentionParams& params, Stream stream);
absl::StatusOr<int64_t> AttentionBackwardWorkspaceBytes(
    const AttentionParams& params, Stream stream);

// On the CPU done on return, the same bits for every number of workers. Fails
// with
// - InvalidArgument: a pointer is null, a size, stride, start or number outside
//   what AttentionParams states, the workspace too small or not aligned;
// - Unimplemented: a CUDA stream; there is no kernel for it.
absl::Status AttentionForward(const AttentionParams& params, Stream stream);

// As AttentionForward(). Gradients of sinks are not computed. Parallel over
// sequences times kv heads.
absl::Status AttentionBackward(const AttentionBackwardParams& params,
                               Stream stream);

}  // namespace kaito::kernels

#endif  // KAITO_KERNELS_ATTENTION_ATTENTION_H_
