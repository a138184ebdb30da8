#ifndef KAITO_KERNELS_ROW_MATMUL_ROW_MATMUL_CASES_H_
#define KAITO_KERNELS_ROW_MATMUL_ROW_MATMUL_CASES_H_

// Shapes that every version is tested on. Values are in (-1, 1), so with f32
// sums the relative norm of the error is about sqrt(k) 2^-24: 2e-6 at the
// longest k here leaves room for any order.

#include <cstdint>
#include <vector>

namespace kaito::kernels {

inline constexpr double kRowMatmulRelativeNorm = 2e-6;

struct RowMatmulCase {
  int64_t m;
  int64_t n;
  int64_t k;
};

inline std::vector<RowMatmulCase> RowMatmulCases() {
  std::vector<RowMatmulCase> cases;
  // Around vectors of 4, 8 and 16 floats.
  for (const int64_t k : {1, 3, 4, 7, 8, 9, 15, 16, 17, 33}) {
    cases.push_back({5, 9, k});
  }
  // Every remainder of tiles, in rows of both.
  for (const int64_t m : {1, 2, 3, 4, 5, 6, 7, 8}) {
    cases.push_back({m, 7 + m, 48});
  }
  cases.push_back({3, 300, 1000});  // Several blocks and several ranges.
  cases.push_back({0, 8, 8});
  cases.push_back({2, 0, 8});
  return cases;
}

}  // namespace kaito::kernels

#endif  // KAITO_KERNELS_ROW_MATMUL_ROW_MATMUL_CASES_H_
