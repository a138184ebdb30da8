#ifndef KAITO_KERNELS_ADAMW_ADAMW_CASES_H_
#define KAITO_KERNELS_ADAMW_ADAMW_CASES_H_

// Sizes of tensors that every version is tested on, over kAdamwSteps steps, and
// how near it must come to the reference: a few roundings a step. Parameters in
// (-1, 1).

#include <cstdint>
#include <vector>

namespace kaito::kernels {

inline constexpr int64_t kAdamwSteps = 4;
inline constexpr double kAdamwRelativeNorm = 3e-7;
inline constexpr double kAdamwMaxAbs = 1e-6;

inline std::vector<std::vector<int64_t>> AdamwCases() {
  return {
      {1},
      {2, 3, 4, 0, 5, 7, 8, 9},
      {15, 16, 17, 31, 33},
      {8191, 8192, 8193, 1},  // Around a chunk.
      {40000},
  };
}

}  // namespace kaito::kernels

#endif  // KAITO_KERNELS_ADAMW_ADAMW_CASES_H_
