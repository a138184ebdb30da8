#include "kaito/kernels/rms_norm/rms_norm_ref.h"

#include <cmath>
#include <cstdint>

namespace kaito::kernels {

void RmsNormRef(const RmsNormParamsOf<double>& p) {
  for (int64_t row = 0; row < p.rows; ++row) {
    const int64_t at = row * p.columns;
    const double* s = p.x + at;
    if (p.residual != nullptr) {
      for (int64_t i = 0; i < p.columns; ++i) {
        p.sum[at + i] = p.x[at + i] + p.residual[at + i];
      }
      s = p.sum + at;
    }
    double squares = 0;
    for (int64_t i = 0; i < p.columns; ++i) squares += s[i] * s[i];
    const double inverse =
        1 / std::sqrt(squares / static_cast<double>(p.columns) + p.epsilon);
    if (p.inverse_rms != nullptr) p.inverse_rms[row] = inverse;
    for (int64_t i = 0; i < p.columns; ++i) {
      const double w = p.weight[i] + (p.one_plus_weight ? 1 : 0);
      p.y[at + i] = s[i] * inverse * w;
    }
  }
}

void RmsNormBackwardRef(const RmsNormBackwardParamsOf<double>& p) {
  for (int64_t row = 0; row < p.rows; ++row) {
    const int64_t at = row * p.columns;
    const double inverse = p.inverse_rms[row];
    double mean = 0;
    for (int64_t i = 0; i < p.columns; ++i) {
      const double w = p.weight[i] + (p.one_plus_weight ? 1 : 0);
      const double normed = p.x[at + i] * inverse;
      mean += w * p.dy[at + i] * normed / static_cast<double>(p.columns);
      if (p.dweight != nullptr) p.dweight[i] += p.dy[at + i] * normed;
    }
    for (int64_t i = 0; i < p.columns; ++i) {
      const double w = p.weight[i] + (p.one_plus_weight ? 1 : 0);
      const double normed = p.x[at + i] * inverse;
      const double around = p.dsum == nullptr ? 0 : p.dsum[at + i];
      p.dx[at + i] = inverse * (w * p.dy[at + i] - normed * mean) + around;
    }
  }
}

}  // namespace kaito::kernels
