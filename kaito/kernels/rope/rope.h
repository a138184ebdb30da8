#ifndef KAITO_KERNELS_ROPE_ROPE_H_
#define KAITO_KERNELS_ROPE_ROPE_H_

// Rotary position embedding of q and k, in place: the pairs (i, i + rotary_dim
// / 2) of each head ("rotate_half", as Hugging Face's models have it) turn by
// the angle of the token's position. Not for models that pair neighbours
// (2i, 2i + 1); their weights are permuted when they are converted.
//
//   const int64_t row = (q_heads + 2 * kv_heads) * head_dim;  // q | k | v
//   KAITO_RETURN_IF_ERROR(Rope(
//       {.q = {.data = qkv, .heads = q_heads, .token_stride = row},
//        .k = {.data = qkv + q_heads * head_dim,
//              .heads = kv_heads,
//              .token_stride = row},
//        .tokens = tokens,
//        .head_dim = head_dim,
//        .rotary_dim = table.rotary_dim,
//        .positions = positions,
//        .cos = table.cos.data(),
//        .sin = table.sin.data(),
//        .table_positions = table.positions},
//       stream));
//
// The backward pass is the same call on the gradients of q and k, with
// RopeDirection::kBackward.

#include "absl/status/status.h"
#include "kaito/kernels/rope/rope_params.h"
#include "kaito/kernels/stream.h"

namespace kaito::kernels {

// On the CPU done on return. Fails with
// - InvalidArgument: a pointer is null, a size or stride outside what
//   RopeParams states, a position that the table does not have (looked at on
//   the CPU only);
// - Unimplemented: a CUDA stream; there is no kernel for it.
absl::Status Rope(const RopeParams& params, Stream stream);

}  // namespace kaito::kernels

#endif  // KAITO_KERNELS_ROPE_ROPE_H_
