#ifndef KAITO_KERNELS_ROW_MATMUL_ROW_MATMUL_CPU_H_
#define KAITO_KERNELS_ROW_MATMUL_ROW_MATMUL_CPU_H_

// The CPU's version, for row_matmul.cc alone; everyone else calls RowMatmul()
// (row_matmul.h).

#include "kaito/kernels/parallel/workers.h"
#include "kaito/kernels/row_matmul/row_matmul_params.h"

namespace kaito::kernels {

// `params` have been checked; m is above 0.
void RowMatmulCpu(const RowMatmulParams& params, Workers* workers);

}  // namespace kaito::kernels

#endif  // KAITO_KERNELS_ROW_MATMUL_ROW_MATMUL_CPU_H_
