#ifndef KAITO_KERNELS_RMS_NORM_RMS_NORM_H_
#define KAITO_KERNELS_RMS_NORM_RMS_NORM_H_

// Root-mean-square normalisation, with the residual's addition before it in the
// same pass, and its gradient. For decoders; f32 throughout.
//
//   KAITO_RETURN_IF_ERROR(RmsNorm({.x = attention_out,
//                                  .residual = residual,
//                                  .weight = weight,
//                                  .sum = residual,
//                                  .y = normed,
//                                  .rows = tokens,
//                                  .columns = hidden},
//                                 stream));

#include "absl/status/status.h"
#include "kaito/kernels/rms_norm/rms_norm_params.h"
#include "kaito/kernels/stream.h"

namespace kaito::kernels {

// On the CPU all is written on return. Both fail with
// - InvalidArgument: a null or misaligned buffer, a negative size, a residual
//   without sum or the other way round;
// - Unimplemented: a CUDA stream.
absl::Status RmsNorm(const RmsNormParams& params, Stream stream);
absl::Status RmsNormBackward(const RmsNormBackwardParams& params,
                             Stream stream);

}  // namespace kaito::kernels

#endif  // KAITO_KERNELS_RMS_NORM_RMS_NORM_H_
