#ifndef KAITO_KERNELS_ROPE_ROPE_REF_H_
#define KAITO_KERNELS_ROPE_ROPE_REF_H_

// The reference: plain loops in double over host memory.

#include "kaito/kernels/rope/rope_params.h"

namespace kaito::kernels {

// `params` must be ones that Rope() accepts.
void RopeRef(const RopeParams& params);

}  // namespace kaito::kernels

#endif  // KAITO_KERNELS_ROPE_ROPE_REF_H_
