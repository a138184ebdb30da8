#ifndef KAITO_KERNELS_GRAD_NORM_GRAD_NORM_PARAMS_H_
#define KAITO_KERNELS_GRAD_NORM_GRAD_NORM_PARAMS_H_

// The L2 norm over all gradients together, and what clipping by it multiplies
// them by. The vocabulary of all files here.

#include <cstdint>

namespace kaito::kernels {

struct GradTensor {
  float* data = nullptr;  // [size]
  int64_t size = 0;
};

struct GradNormTotals {
  double norm = 0;         // NaN or infinite where an element is.
  int64_t non_finite = 0;  // Elements that are NaN or infinite.
};

struct GradNormParams {
  const GradTensor* tensors = nullptr;  // [tensor_count]
  int64_t tensor_count = 0;
  GradNormTotals* totals = nullptr;  // Written.
};

struct ScaleGradsParams {
  const GradTensor* tensors = nullptr;  // [tensor_count], multiplied
  int64_t tensor_count = 0;
  double factor = 1;
};

// By which clip_grad_norm_ of PyTorch multiplies, 1 where nothing is clipped.
// NaN for a norm that is NaN: look at non_finite first.
constexpr double ClipFactor(double norm, double max_norm) {
  const double factor = max_norm / (norm + 1e-6);
  return factor < 1 || factor != factor ? factor : 1;
}

}  // namespace kaito::kernels

#endif  // KAITO_KERNELS_GRAD_NORM_GRAD_NORM_PARAMS_H_
