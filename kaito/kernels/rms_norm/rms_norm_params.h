#ifndef KAITO_KERNELS_RMS_NORM_RMS_NORM_PARAMS_H_
#define KAITO_KERNELS_RMS_NORM_RMS_NORM_PARAMS_H_

// Root-mean-square normalisation of rows:
//   s = x + residual                 (s = x without one)
//   y[i] = s[i] / sqrt(mean(s^2) + epsilon) * (w[i] or 1 + w[i])
// The vocabulary of all files here. T is float; double in the reference.

#include <cstdint>

namespace kaito::kernels {

template <typename T>
struct RmsNormParamsOf {
  const T* x = nullptr;         // [rows, columns]
  const T* residual = nullptr;  // [rows, columns], or null
  const T* weight = nullptr;    // [columns]
  // [rows, columns], written: s; may be x or residual. Null without a residual.
  T* sum = nullptr;
  T* y = nullptr;            // [rows, columns], written; may be x
  T* inverse_rms = nullptr;  // [rows], written: for the backward; or null
  int64_t rows = 0;
  int64_t columns = 0;
  double epsilon = 1e-5;
  bool one_plus_weight = false;  // The Gemma models' weights are less 1.
};

template <typename T>
struct RmsNormBackwardParamsOf {
  const T* x = nullptr;            // [rows, columns]: what was normalised, s
  const T* weight = nullptr;       // [columns]
  const T* inverse_rms = nullptr;  // [rows], of the forward
  const T* dy = nullptr;           // [rows, columns]
  // [rows, columns], or null: the gradient that reaches s around the
  // normalisation, added to dx.
  const T* dsum = nullptr;
  T* dx = nullptr;       // [rows, columns], written; may be dy or dsum
  T* dweight = nullptr;  // [columns], added to; or null where it is frozen
  int64_t rows = 0;
  int64_t columns = 0;
  bool one_plus_weight = false;
};

using RmsNormParams = RmsNormParamsOf<float>;
using RmsNormBackwardParams = RmsNormBackwardParamsOf<float>;

}  // namespace kaito::kernels

#endif  // KAITO_KERNELS_RMS_NORM_RMS_NORM_PARAMS_H_
