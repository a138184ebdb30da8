#ifndef KAITO_KERNELS_ADAMW_ADAMW_REF_H_
#define KAITO_KERNELS_ADAMW_ADAMW_REF_H_

// The reference: plain loops in double.

#include "kaito/kernels/adamw/adamw_params.h"

namespace kaito::kernels {

void AdamwRef(const AdamwParamsOf<double>& params);

}  // namespace kaito::kernels

#endif  // KAITO_KERNELS_ADAMW_ADAMW_REF_H_
