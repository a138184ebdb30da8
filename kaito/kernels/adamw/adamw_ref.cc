#include "kaito/kernels/adamw/adamw_ref.h"

#include <cmath>
#include <cstdint>

namespace kaito::kernels {

void AdamwRef(const AdamwParamsOf<double>& p) {
  const auto step = static_cast<double>(p.step);
  const double correction1 = 1 - std::pow(p.beta1, step);
  const double correction2 = 1 - std::pow(p.beta2, step);
  for (int64_t t = 0; t < p.tensor_count; ++t) {
    const AdamwTensorOf<double>& tensor = p.tensors[t];
    for (int64_t i = 0; i < tensor.size; ++i) {
      const double g = p.gradient_scale * tensor.gradient[i];
      double& m = tensor.first[i];
      double& v = tensor.second[i];
      m = p.beta1 * m + (1 - p.beta1) * g;
      v = p.beta2 * v + (1 - p.beta2) * g * g;
      tensor.parameter[i] *= 1 - p.learning_rate * p.weight_decay;
      tensor.parameter[i] -= p.learning_rate * (m / correction1) /
                             (std::sqrt(v / correction2) + p.epsilon);
    }
  }
}

}  // namespace kaito::kernels
