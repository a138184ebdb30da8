#ifndef KAITO_KERNELS_SWIGLU_SWIGLU_H_
#define KAITO_KERNELS_SWIGLU_SWIGLU_H_

// The gated activation between a decoder's up and down projections, and its
// gradient; silu for most models, gelu-tanh for Gemma's.
//
//   KAITO_RETURN_IF_ERROR(Swiglu({.gate = gate_up,
//                                 .up = gate_up + intermediate,
//                                 .y = hidden,
//                                 .rows = tokens,
//                                 .columns = intermediate,
//                                 .stride = 2 * intermediate},
//                                stream));

#include "absl/status/status.h"
#include "kaito/kernels/stream.h"
#include "kaito/kernels/swiglu/swiglu_params.h"

namespace kaito::kernels {

// On the CPU all is written on return. Both fail with
// - InvalidArgument: a null or misaligned buffer, a negative size, a stride
//   below columns;
// - Unimplemented: a CUDA stream.
absl::Status Swiglu(const SwigluParams& params, Stream stream);
absl::Status SwigluBackward(const SwigluBackwardParams& params, Stream stream);

}  // namespace kaito::kernels

#endif  // KAITO_KERNELS_SWIGLU_SWIGLU_H_
