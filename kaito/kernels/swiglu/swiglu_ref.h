#ifndef KAITO_KERNELS_SWIGLU_SWIGLU_REF_H_
#define KAITO_KERNELS_SWIGLU_SWIGLU_REF_H_

// The reference: plain loops in double.

#include "kaito/kernels/swiglu/swiglu_params.h"

namespace kaito::kernels {

void SwigluRef(const SwigluParamsOf<double>& params);
void SwigluBackwardRef(const SwigluBackwardParamsOf<double>& params);

}  // namespace kaito::kernels

#endif  // KAITO_KERNELS_SWIGLU_SWIGLU_REF_H_
