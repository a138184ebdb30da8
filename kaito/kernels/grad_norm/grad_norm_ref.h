#ifndef KAITO_KERNELS_GRAD_NORM_GRAD_NORM_REF_H_
#define KAITO_KERNELS_GRAD_NORM_GRAD_NORM_REF_H_

// The reference: plain loops in long double.

#include "kaito/kernels/grad_norm/grad_norm_params.h"

namespace kaito::kernels {

void GradNormRef(const GradNormParams& params);

}  // namespace kaito::kernels

#endif  // KAITO_KERNELS_GRAD_NORM_GRAD_NORM_REF_H_
