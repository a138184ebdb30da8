#ifndef KAITO_KERNELS_POISON_POISON_REF_H_
#define KAITO_KERNELS_POISON_POISON_REF_H_

// The reference: plain loops over host memory, and the search for what is left
// of a pattern after a kernel ran.
//
//   const PoisonSurvivors left = FindPoisonRef({.data = copy.data(), …});
//   EXPECT_EQ(left.count, 0) << "first at " << left.first;

#include <cstdint>

#include "kaito/kernels/poison/poison_params.h"

namespace kaito::kernels {

void PoisonRef(const PoisonParams& params);

struct PoisonSurvivors {
  int64_t count = 0;
  int64_t first = -1;  // Element index; -1 where count is 0.
};

// Elements that still hold the pattern. With kBytes an honest 0xff counts too:
// use a typed pattern where the result is to be counted.
PoisonSurvivors FindPoisonRef(const PoisonParams& params);

}  // namespace kaito::kernels

#endif  // KAITO_KERNELS_POISON_POISON_REF_H_
