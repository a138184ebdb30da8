#ifndef KAITO_KERNELS_MATMUL_MATMUL_CPU_H_
#define KAITO_KERNELS_MATMUL_MATMUL_CPU_H_

// The CPU's version, for matmul.cc alone; everyone else calls matmul.h.

#include "kaito/kernels/matmul/matmul_params.h"
#include "kaito/kernels/parallel/workers.h"

namespace kaito::kernels {

// `params` have been checked; m, n and k are above 0; `workers` may be null.
// Returns 0, or a dnnl_status_t.
int MatmulCpu(const MatmulParams& params, Workers* workers);

}  // namespace kaito::kernels

#endif  // KAITO_KERNELS_MATMUL_MATMUL_CPU_H_
