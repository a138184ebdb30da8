#include "kaito/kernels/grad_norm/grad_norm_ref.h"

#include <cmath>
#include <cstdint>

namespace kaito::kernels {

void GradNormRef(const GradNormParams& params) {
  long double sum = 0;
  int64_t non_finite = 0;
  for (int64_t t = 0; t < params.tensor_count; ++t) {
    for (int64_t i = 0; i < params.tensors[t].size; ++i) {
      const long double x = params.tensors[t].data[i];
      sum += x * x;
      if (!std::isfinite(x)) ++non_finite;
    }
  }
  *params.totals = {static_cast<double>(std::sqrt(sum)), non_finite};
}

}  // namespace kaito::kernels
