#ifndef KAITO_KERNELS_ROPE_ROPE_CPU_H_
#define KAITO_KERNELS_ROPE_ROPE_CPU_H_

// The CPU's version, for rope.cc alone; everyone else calls Rope() (rope.h).

#include "kaito/kernels/parallel/workers.h"
#include "kaito/kernels/rope/rope_params.h"

namespace kaito::kernels {

// `params` have been checked; `workers` may be null.
void RopeCpu(const RopeParams& params, Workers* workers);

}  // namespace kaito::kernels

#endif  // KAITO_KERNELS_ROPE_ROPE_CPU_H_
