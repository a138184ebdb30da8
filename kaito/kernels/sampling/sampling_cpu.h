#ifndef KAITO_KERNELS_SAMPLING_SAMPLING_CPU_H_
#define KAITO_KERNELS_SAMPLING_SAMPLING_CPU_H_

// The CPU's version, for sampling.cc alone; everyone else calls
// SamplingProbabilities() (sampling.h).

#include "kaito/kernels/sampling/sampling_params.h"

namespace kaito::kernels {

// `params` have been checked. False where a logit is NaN or +inf, or all are
// -inf; what was written is then of no use.
bool SamplingCpu(const SamplingParams& params);

}  // namespace kaito::kernels

#endif  // KAITO_KERNELS_SAMPLING_SAMPLING_CPU_H_
