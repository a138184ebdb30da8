#ifndef KAITO_KERNELS_GRAD_NORM_GRAD_NORM_H_
#define KAITO_KERNELS_GRAD_NORM_GRAD_NORM_H_

// The global gradient norm of an optimizer's step, and clipping. AdamW takes
// the clip factor itself, so ScaleGrads is only for who keeps the gradients.
//
//   GradNormTotals totals;
//   KAITO_RETURN_IF_ERROR(GradNorm({tensors, count, &totals}, stream));
//   if (totals.non_finite > 0) …  // Skip the step.
//   adamw.gradient_scale = ClipFactor(totals.norm, 1.0);

#include "absl/status/status.h"
#include "kaito/kernels/grad_norm/grad_norm_params.h"
#include "kaito/kernels/stream.h"

namespace kaito::kernels {

// On the CPU all is written on return, with the same bits for every number of
// workers. NaN and infinity are results, no errors. Both fail with
// - InvalidArgument: a null or misaligned buffer, a negative size;
// - Unimplemented: a CUDA stream.
absl::Status GradNorm(const GradNormParams& params, Stream stream);
absl::Status ScaleGrads(const ScaleGradsParams& params, Stream stream);

}  // namespace kaito::kernels

#endif  // KAITO_KERNELS_GRAD_NORM_GRAD_NORM_H_
