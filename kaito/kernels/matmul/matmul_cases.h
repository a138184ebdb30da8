#ifndef KAITO_KERNELS_MATMUL_MATMUL_CASES_H_
#define KAITO_KERNELS_MATMUL_MATMUL_CASES_H_

// Shapes that every version is tested on.

#include <cmath>
#include <cstdint>
#include <vector>

namespace kaito::kernels {

struct MatmulCase {
  int64_t m;
  int64_t n;
  int64_t k;
};

inline std::vector<MatmulCase> MatmulCases() {
  return {
      {0, 4, 4},
      {4, 0, 4},
      {4, 4, 0},
      {1, 1, 1},
      {1, 7, 3},
      {5, 1, 9},
      // Around the micro-kernels of the common instruction sets.
      {6, 16, 8},
      {7, 17, 9},
      {16, 15, 33},
      {31, 33, 64},
      {48, 8, 257},
      // A vector with a matrix; a low rank.
      {1, 300, 500},
      {70, 3, 900},
      {64, 500, 8},
      {200, 16, 300},
      // Several cells down and across, with remainders; deeper than a block.
      {130, 900, 40},
      {520, 390, 20},
      {1030, 20, 70},
      {3, 800, 1100},
  };
}

// Of sums in f32 of k products, as a part of the largest output; reasons as at
// Nf4MatmulRelativeError.
inline double MatmulRelativeError(int64_t k) {
  return 4 * std::sqrt(static_cast<double>(k) + 1) * 0x1p-24;
}

}  // namespace kaito::kernels

#endif  // KAITO_KERNELS_MATMUL_MATMUL_CASES_H_
