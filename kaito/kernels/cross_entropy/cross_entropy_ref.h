#ifndef KAITO_KERNELS_CROSS_ENTROPY_CROSS_ENTROPY_REF_H_
#define KAITO_KERNELS_CROSS_ENTROPY_CROSS_ENTROPY_REF_H_

// The reference: plain loops in double, one token's logits at a time.

#include "kaito/kernels/cross_entropy/cross_entropy_params.h"

namespace kaito::kernels {

// The weight is double, whatever weight_type says.
void CrossEntropyRef(const CrossEntropyParamsOf<double>& params);

}  // namespace kaito::kernels

#endif  // KAITO_KERNELS_CROSS_ENTROPY_CROSS_ENTROPY_REF_H_
