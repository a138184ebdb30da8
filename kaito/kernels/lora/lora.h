#ifndef KAITO_KERNELS_LORA_LORA_H_
#define KAITO_KERNELS_LORA_LORA_H_

// What an adapter adds to a linear layer, for one adapter in training or one
// for each range of rows in serving, and its gradient. The frozen product is
// another operation, which writes y and dx first. Dropout is the caller's: x is
// then the dropped input.
//
//   const LoraGroup group = {a, b, /*rank=*/16, /*scale=*/2, 0, tokens};
//   KAITO_RETURN_IF_ERROR(Lora({.x = x, .groups = &group, .group_count = 1,
//                               .t = t, .y = y, .rows = tokens,
//                               .inputs = 3072, .outputs = 9216,
//                               .t_stride = 16}, stream));

#include "absl/status/status.h"
#include "kaito/kernels/lora/lora_params.h"
#include "kaito/kernels/stream.h"

namespace kaito::kernels {

// On the CPU all is written on return. Both fail with
// - InvalidArgument: a null or misaligned buffer, a negative size, a rank
//   outside 1..kLoraMaxRank or above t_stride, groups that overlap or leave the
//   rows;
// - Unimplemented: a CUDA stream.
absl::Status Lora(const LoraParams& params, Stream stream);
absl::Status LoraBackward(const LoraBackwardParams& params, Stream stream);

}  // namespace kaito::kernels

#endif  // KAITO_KERNELS_LORA_LORA_H_
