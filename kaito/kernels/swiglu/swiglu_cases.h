#ifndef KAITO_KERNELS_SWIGLU_SWIGLU_CASES_H_
#define KAITO_KERNELS_SWIGLU_SWIGLU_CASES_H_

// Shapes that every version is tested on, and how near it must come to the
// reference: the sigmoid's 3e-7 and a few roundings, on values up to 12 times
// 1. Where silu is nearly 0 its slope is a difference of larger numbers.

#include <cstdint>
#include <vector>

#include "kaito/kernels/swiglu/swiglu_params.h"

namespace kaito::kernels {

struct SwigluCase {
  int64_t rows;
  int64_t columns;
  bool fused;  // [gate | up] in one matrix
  GateActivation activation;
};

inline constexpr double kSwigluRelativeNorm = 5e-7;
inline constexpr double kSwigluMaxAbs = 8e-6;

inline std::vector<SwigluCase> SwigluCases() {
  std::vector<SwigluCase> cases;
  for (const GateActivation activation :
       {GateActivation::kSilu, GateActivation::kGeluTanh}) {
    // Around vectors of 4, 8 and 16 floats.
    for (const int64_t columns : {1, 3, 4, 7, 8, 9, 15, 16, 17, 33}) {
      cases.push_back({2, columns, columns % 2 == 0, activation});
    }
    cases.push_back({40, 1003, true, activation});  // Several ranges of rows.
    cases.push_back({0, 8, true, activation});
    cases.push_back({8, 0, false, activation});
  }
  return cases;
}

}  // namespace kaito::kernels

#endif  // KAITO_KERNELS_SWIGLU_SWIGLU_CASES_H_
