#ifndef KAITO_KERNELS_SAMPLING_SAMPLING_REF_H_
#define KAITO_KERNELS_SAMPLING_SAMPLING_REF_H_

// The reference: one filter after another on a full sort, in double. NaN and
// infinity aren't looked for.

#include "kaito/kernels/sampling/sampling_params.h"

namespace kaito::kernels {

void SamplingRef(const SamplingParamsOf<double>& params);

}  // namespace kaito::kernels

#endif  // KAITO_KERNELS_SAMPLING_SAMPLING_REF_H_
