#ifndef KAITO_KERNELS_GRAD_NORM_GRAD_NORM_CPU_H_
#define KAITO_KERNELS_GRAD_NORM_GRAD_NORM_CPU_H_

// The CPU's version, for grad_norm.cc alone; everyone else calls GradNorm()
// (grad_norm.h).

#include "kaito/kernels/grad_norm/grad_norm_params.h"
#include "kaito/kernels/parallel/workers.h"

namespace kaito::kernels {

// `params` have been checked.
void GradNormCpu(const GradNormParams& params, Workers* workers);
void ScaleGradsCpu(const ScaleGradsParams& params, Workers* workers);

}  // namespace kaito::kernels

#endif  // KAITO_KERNELS_GRAD_NORM_GRAD_NORM_CPU_H_
