#ifndef KAITO_KERNELS_BLOCKWISE8_BLOCKWISE8_H_
#define KAITO_KERNELS_BLOCKWISE8_BLOCKWISE8_H_

// Quantises f32 to 8 bits a number, and back: the second level of NF4's double
// quantisation (which QuantizeAbsmax in nf4_quantize.h does whole), and states
// of an 8-bit optimizer. Not for weights: those are NF4.
//
//   KAITO_RETURN_IF_ERROR(
//       Blockwise8Quantize({.x = x, .map = kDynamicSigned.data(),
//                           .codes = codes, .absmax = absmax, .count = n},
//                          stream));
//
// The rule, in f32: v = (x - offset) / absmax of the block, divided and not
// multiplied by a reciprocal; the code is the number of midpoints
// (map[i] + map[i + 1]) / 2 below v, so that a tie takes the lower entry. A
// block of zeros has absmax 0 and the code that 0 has. A block with a NaN has
// absmax NaN, and one with an infinity that: all of it comes back as no finite
// number, which no sum overlooks.

#include "absl/status/status.h"
#include "kaito/kernels/blockwise8/blockwise8_params.h"
#include "kaito/kernels/stream.h"

namespace kaito::kernels {

// Both fail with
// - InvalidArgument: a null pointer with a count above 0, a negative count, a
//   block below 1, CUDA's default stream;
// - Unimplemented: a CUDA stream.
absl::Status Blockwise8Quantize(const Blockwise8QuantizeParams& params,
                                Stream stream);
absl::Status Blockwise8Dequantize(const Blockwise8DequantizeParams& params,
                                  Stream stream);

}  // namespace kaito::kernels

#endif  // KAITO_KERNELS_BLOCKWISE8_BLOCKWISE8_H_
