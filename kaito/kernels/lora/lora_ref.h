#ifndef KAITO_KERNELS_LORA_LORA_REF_H_
#define KAITO_KERNELS_LORA_LORA_REF_H_

// The reference: plain loops in double.

#include "kaito/kernels/lora/lora_params.h"

namespace kaito::kernels {

void LoraRef(const LoraParamsOf<double>& params);
void LoraBackwardRef(const LoraBackwardParamsOf<double>& params);

}  // namespace kaito::kernels

#endif  // KAITO_KERNELS_LORA_LORA_REF_H_
