#ifndef KAITO_KERNELS_ROW_MATMUL_ROW_MATMUL_PARAMS_H_
#define KAITO_KERNELS_ROW_MATMUL_ROW_MATMUL_PARAMS_H_

// y = x W^T, or y + x W^T, each row of x for itself: the vocabulary of all files
// here. T is float; double in the reference.

#include <cstdint>

#include "kaito/kernels/types.h"

namespace kaito::kernels {

template <typename T>
struct RowMatmulParamsOf {
  const T* x = nullptr;  // [m, k]
  // [n, k], f32 or bf16. In the reference always double.
  const void* w = nullptr;
  FloatType w_type = FloatType::kF32;
  T* y = nullptr;  // [m, n], written; apart from x
  int64_t m = 0;
  int64_t n = 0;
  int64_t k = 0;
  bool accumulate = false;  // Adds to y.
};

using RowMatmulParams = RowMatmulParamsOf<float>;

}  // namespace kaito::kernels

#endif  // KAITO_KERNELS_ROW_MATMUL_ROW_MATMUL_PARAMS_H_
