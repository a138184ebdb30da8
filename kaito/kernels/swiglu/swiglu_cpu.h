#ifndef KAITO_KERNELS_SWIGLU_SWIGLU_CPU_H_
#define KAITO_KERNELS_SWIGLU_SWIGLU_CPU_H_

// The CPU's version, for swiglu.cc alone; everyone else calls Swiglu()
// (swiglu.h).

#include "kaito/kernels/parallel/workers.h"
#include "kaito/kernels/swiglu/swiglu_params.h"

namespace kaito::kernels {

// `params` have been checked.
void SwigluCpu(const SwigluParams& params, Workers* workers);
void SwigluBackwardCpu(const SwigluBackwardParams& params, Workers* workers);

}  // namespace kaito::kernels

#endif  // KAITO_KERNELS_SWIGLU_SWIGLU_CPU_H_
