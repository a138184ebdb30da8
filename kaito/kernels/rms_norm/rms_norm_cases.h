#ifndef KAITO_KERNELS_RMS_NORM_RMS_NORM_CASES_H_
#define KAITO_KERNELS_RMS_NORM_RMS_NORM_CASES_H_

// Shapes that every version is tested on, and how near it must come to the
// reference: float's 24 bits over sums of up to 5000 terms in at least four
// partial sums, inputs in (-1, 1).

#include <cstdint>
#include <vector>

namespace kaito::kernels {

struct RmsNormCase {
  int64_t rows;
  int64_t columns;
  bool residual;
  bool one_plus_weight;
};

inline constexpr double kRmsNormRelativeNorm = 1e-6;
inline constexpr double kRmsNormMaxAbs = 2e-5;

inline std::vector<RmsNormCase> RmsNormCases() {
  std::vector<RmsNormCase> cases;
  // Around one and four vectors of 4, 8 and 16 floats.
  for (const int64_t columns : {1, 3, 4, 7, 8, 15, 16, 17, 31, 64, 67, 129}) {
    cases.push_back({3, columns, columns % 2 == 0, columns % 3 == 0});
  }
  cases.push_back({1, 3072, true, false});
  cases.push_back({70, 1001, false, true});  // Several ranges of rows.
  cases.push_back({0, 16, true, false});
  cases.push_back({16, 0, false, false});
  return cases;
}

}  // namespace kaito::kernels

#endif  // KAITO_KERNELS_RMS_NORM_RMS_NORM_CASES_H_
