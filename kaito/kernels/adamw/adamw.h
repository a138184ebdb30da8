#ifndef KAITO_KERNELS_ADAMW_ADAMW_H_
#define KAITO_KERNELS_ADAMW_ADAMW_H_

// AdamW with f32 parameters and states, all tensors in one call; decay before
// the update, as torch.optim.AdamW.
//
//   KAITO_RETURN_IF_ERROR(Adamw({.tensors = tensors.data(),
//                                .tensor_count = count,
//                                .step = step,  // 1 for the first.
//                                .learning_rate = 2e-5,
//                                .gradient_scale = clip},
//                               stream));

#include "absl/status/status.h"
#include "kaito/kernels/adamw/adamw_params.h"
#include "kaito/kernels/stream.h"

namespace kaito::kernels {

// On the CPU all is written on return. A NaN in a gradient becomes one in its
// parameter and states: look at the norm first (grad_norm.h). Fails with
// - InvalidArgument: a null or misaligned buffer, a negative size, a step below
//   1, a beta outside [0, 1), a negative or non-finite epsilon or rate;
// - Unimplemented: a CUDA stream.
absl::Status Adamw(const AdamwParams& params, Stream stream);

}  // namespace kaito::kernels

#endif  // KAITO_KERNELS_ADAMW_ADAMW_H_
