#ifndef KAITO_KERNELS_ADAMW_ADAMW_CPU_H_
#define KAITO_KERNELS_ADAMW_ADAMW_CPU_H_

// The CPU's version, for adamw.cc alone; everyone else calls Adamw() (adamw.h).

#include "kaito/kernels/adamw/adamw_params.h"
#include "kaito/kernels/parallel/workers.h"

namespace kaito::kernels {

// `params` have been checked.
void AdamwCpu(const AdamwParams& params, Workers* workers);

}  // namespace kaito::kernels

#endif  // KAITO_KERNELS_ADAMW_ADAMW_CPU_H_
