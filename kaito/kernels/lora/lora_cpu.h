#ifndef KAITO_KERNELS_LORA_LORA_CPU_H_
#define KAITO_KERNELS_LORA_LORA_CPU_H_

// The CPU's version, for lora.cc alone; everyone else calls Lora() (lora.h).

#include "kaito/kernels/lora/lora_params.h"
#include "kaito/kernels/parallel/workers.h"

namespace kaito::kernels {

// `params` have been checked.
void LoraCpu(const LoraParams& params, Workers* workers);
void LoraBackwardCpu(const LoraBackwardParams& params, Workers* workers);

}  // namespace kaito::kernels

#endif  // KAITO_KERNELS_LORA_LORA_CPU_H_
