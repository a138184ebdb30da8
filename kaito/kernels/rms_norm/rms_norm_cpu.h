#ifndef KAITO_KERNELS_RMS_NORM_RMS_NORM_CPU_H_
#define KAITO_KERNELS_RMS_NORM_RMS_NORM_CPU_H_

// The CPU's version, for rms_norm.cc alone; everyone else calls RmsNorm()
// (rms_norm.h).

#include "kaito/kernels/parallel/workers.h"
#include "kaito/kernels/rms_norm/rms_norm_params.h"

namespace kaito::kernels {

// `params` have been checked.
void RmsNormCpu(const RmsNormParams& params, Workers* workers);
void RmsNormBackwardCpu(const RmsNormBackwardParams& params, Workers* workers);

}  // namespace kaito::kernels

#endif  // KAITO_KERNELS_RMS_NORM_RMS_NORM_CPU_H_
