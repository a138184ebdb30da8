#ifndef KAITO_KERNELS_GRAD_NORM_GRAD_NORM_CASES_H_
#define KAITO_KERNELS_GRAD_NORM_GRAD_NORM_CASES_H_

// Sizes of tensors that every version is tested on. Sums are in double, in
// chunks: a relative error of some 16384 x 2^-53 at the very most.

#include <cstdint>
#include <vector>

namespace kaito::kernels {

inline constexpr double kGradNormRelativeError = 2e-12;

inline std::vector<std::vector<int64_t>> GradNormCases() {
  return {
      {},
      {0},
      {1},
      {2, 3, 4, 5, 7, 8, 9},
      {15, 16, 17, 31, 33, 0, 63, 65},
      {16383, 16384, 16385},  // Around a chunk.
      {100001, 3, 70000, 1},
  };
}

}  // namespace kaito::kernels

#endif  // KAITO_KERNELS_GRAD_NORM_GRAD_NORM_CASES_H_
