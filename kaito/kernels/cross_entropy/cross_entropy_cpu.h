#ifndef KAITO_KERNELS_CROSS_ENTROPY_CROSS_ENTROPY_CPU_H_
#define KAITO_KERNELS_CROSS_ENTROPY_CROSS_ENTROPY_CPU_H_

// The CPU's version, for cross_entropy.cc alone; everyone else calls
// CrossEntropy() (cross_entropy.h).

#include "kaito/kernels/cross_entropy/cross_entropy_params.h"
#include "kaito/kernels/parallel/workers.h"

namespace kaito::kernels {

// `params` have been checked.
void CrossEntropyCpu(const CrossEntropyParams& params, Workers* workers);

}  // namespace kaito::kernels

#endif  // KAITO_KERNELS_CROSS_ENTROPY_CROSS_ENTROPY_CPU_H_
