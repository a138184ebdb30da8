#include "kaito/kernels/matmul/matmul_ref.h"

namespace kaito::kernels {

void MatmulRef(const MatmulParams& p, double* out) {
  const MatmulStrides strides = StridesOf(p);
  for (int64_t i = 0; i < p.m; ++i) {
    for (int64_t j = 0; j < p.n; ++j) {
      double sum = p.accumulate ? p.c[i * strides.c + j] : 0.0;
      for (int64_t l = 0; l < p.k; ++l) {
        const double a =
            p.a_transposed ? p.a[l * strides.a + i] : p.a[i * strides.a + l];
        const double b =
            p.b_transposed ? p.b[j * strides.b + l] : p.b[l * strides.b + j];
        sum += a * b;
      }
      out[i * p.n + j] = sum;
    }
  }
}

}  // namespace kaito::kernels
