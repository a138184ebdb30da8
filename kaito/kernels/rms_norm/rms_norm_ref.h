#ifndef KAITO_KERNELS_RMS_NORM_RMS_NORM_REF_H_
#define KAITO_KERNELS_RMS_NORM_RMS_NORM_REF_H_

// The reference: plain loops in double.

#include "kaito/kernels/rms_norm/rms_norm_params.h"

namespace kaito::kernels {

void RmsNormRef(const RmsNormParamsOf<double>& params);
void RmsNormBackwardRef(const RmsNormBackwardParamsOf<double>& params);

}  // namespace kaito::kernels

#endif  // KAITO_KERNELS_RMS_NORM_RMS_NORM_REF_H_
