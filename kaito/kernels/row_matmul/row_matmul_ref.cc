#include "kaito/kernels/row_matmul/row_matmul_ref.h"

#include <cstdint>

namespace kaito::kernels {

void RowMatmulRef(const RowMatmulParamsOf<double>& p) {
  const auto* const w = static_cast<const double*>(p.w);
  for (int64_t row = 0; row < p.m; ++row) {
    for (int64_t word = 0; word < p.n; ++word) {
      double sum = p.accumulate ? p.y[row * p.n + word] : 0;
      for (int64_t i = 0; i < p.k; ++i) {
        sum += p.x[row * p.k + i] * w[word * p.k + i];
      }
      p.y[row * p.n + word] = sum;
    }
  }
}

}  // namespace kaito::kernels
