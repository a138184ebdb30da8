#ifndef KAITO_KERNELS_POISON_POISON_CPU_H_
#define KAITO_KERNELS_POISON_POISON_CPU_H_

// The CPU's version, for poison.cc alone; everyone else calls Poison()
// (poison.h).

#include "kaito/kernels/poison/poison_params.h"

namespace kaito::kernels {

// `params` have been checked.
void PoisonCpu(const PoisonParams& params);

}  // namespace kaito::kernels

#endif  // KAITO_KERNELS_POISON_POISON_CPU_H_
