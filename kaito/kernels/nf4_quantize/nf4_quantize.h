#ifndef KAITO_KERNELS_NF4_QUANTIZE_NF4_QUANTIZE_H_
#define KAITO_KERNELS_NF4_QUANTIZE_NF4_QUANTIZE_H_

// To NF4 and back, and the double quantisation of its scales. For loading a
// model; products read NF4 themselves (nf4_matmul.h) and need no copy in f32.
//
//   KAITO_RETURN_IF_ERROR(Nf4Quantize({.x = weight,
//                                      .packed = packed,
//                                      .absmax = absmax,
//                                      .count = rows * columns,
//                                      .x_type = FloatType::kBf16},
//                                     stream));
//   KAITO_RETURN_IF_ERROR(Nf4QuantizeAbsmax({.absmax = absmax,
//                                            .map = kDynamicSigned.data(), …},
//                                           stream));
//
// Bytes equal those of bitsandbytes' CUDA kernels: an element is multiplied by
// 1 / absmax in f32 and its code is the number of thresholds below the product,
// so ties go to the lower code. A block of zeros has absmax 0 and code 0 (-0.0
// on the way back). Where bitsandbytes overlooks a NaN, absmax is NaN here, and
// so is the whole block on the way back; infinities give an infinite absmax.

#include "absl/status/status.h"
#include "kaito/kernels/nf4_quantize/nf4_quantize_params.h"
#include "kaito/kernels/stream.h"

namespace kaito::kernels {

// All fail with
// - InvalidArgument: a null or misaligned pointer with a count above 0, a
//   negative count, a block size that isn't NF4's, CUDA's default stream;
// - Unimplemented: a CUDA stream.
absl::Status Nf4Quantize(const Nf4QuantizeParams& params, Stream stream);
absl::Status Nf4Dequantize(const Nf4DequantizeParams& params, Stream stream);

// FailedPrecondition where the mean of the scales is no finite number: a NaN
// or an infinity among the weights, which would spread to all of them.
absl::Status Nf4QuantizeAbsmax(const Nf4QuantizeAbsmaxParams& params,
                               Stream stream);

}  // namespace kaito::kernels

#endif  // KAITO_KERNELS_NF4_QUANTIZE_NF4_QUANTIZE_H_
