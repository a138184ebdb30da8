#ifndef KAITO_KERNELS_NF4_MATMUL_NF4_MATMUL_REF_H_
#define KAITO_KERNELS_NF4_MATMUL_NF4_MATMUL_REF_H_

// The reference: plain loops over host memory, sums in double. The weight is
// what Nf4DequantizeRef makes of it in f32.

#include "kaito/kernels/nf4_matmul/nf4_matmul_params.h"

namespace kaito::kernels {

// `out` is [m, n] or [m, k] in double, whatever params.out_type; accumulate
// adds to what params.out holds. params.out is not written.
void Nf4MatmulRef(const Nf4MatmulParams& params, Nf4Product product,
                  double* out);

}  // namespace kaito::kernels

#endif  // KAITO_KERNELS_NF4_MATMUL_NF4_MATMUL_REF_H_
