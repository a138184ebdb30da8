#ifndef KAITO_KERNELS_MATMUL_MATMUL_REF_H_
#define KAITO_KERNELS_MATMUL_MATMUL_REF_H_

// The reference: plain loops over host memory, sums in double.

#include "kaito/kernels/matmul/matmul_params.h"

namespace kaito::kernels {

// `out` is [m, n] in double without gaps; accumulate adds to what params.c
// holds. params.c is not written.
void MatmulRef(const MatmulParams& params, double* out);

}  // namespace kaito::kernels

#endif  // KAITO_KERNELS_MATMUL_MATMUL_REF_H_
