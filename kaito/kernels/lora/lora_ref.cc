#include "kaito/kernels/lora/lora_ref.h"

#include <cstdint>

namespace kaito::kernels {

void LoraRef(const LoraParamsOf<double>& p) {
  for (int64_t g = 0; g < p.group_count; ++g) {
    const LoraGroupOf<double>& group = p.groups[g];
    for (int64_t row = group.row_begin; row < group.row_end; ++row) {
      double* const t = p.t + row * p.t_stride;
      for (int64_t k = 0; k < group.rank; ++k) {
        t[k] = 0;
        for (int64_t i = 0; i < p.inputs; ++i) {
          t[k] += p.x[row * p.inputs + i] * group.a[k * p.inputs + i];
        }
      }
      for (int64_t o = 0; o < p.outputs; ++o) {
        double sum = 0;
        for (int64_t k = 0; k < group.rank; ++k) {
          sum += t[k] * group.b[o * group.rank + k];
        }
        p.y[row * p.outputs + o] += group.scale * sum;
      }
    }
  }
}

void LoraBackwardRef(const LoraBackwardParamsOf<double>& p) {
  for (int64_t row = 0; row < p.rows; ++row) {
    for (int64_t k = 0; k < p.rank; ++k) {
      const double t = p.t[row * p.rank + k];
      double dt = 0;
      for (int64_t o = 0; o < p.outputs; ++o) {
        const double dy = p.scale * p.dy[row * p.outputs + o];
        dt += dy * p.b[o * p.rank + k];
        p.db[o * p.rank + k] += dy * t;
      }
      p.dt[row * p.rank + k] = dt;
      for (int64_t i = 0; i < p.inputs; ++i) {
        p.da[k * p.inputs + i] += dt * p.x[row * p.inputs + i];
        if (p.dx == nullptr) continue;
        p.dx[row * p.inputs + i] += dt * p.a[k * p.inputs + i];
      }
    }
  }
}

}  // namespace kaito::kernels
