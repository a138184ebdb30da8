#ifndef KAITO_KERNELS_CROSS_ENTROPY_CROSS_ENTROPY_CASES_H_
#define KAITO_KERNELS_CROSS_ENTROPY_CROSS_ENTROPY_CASES_H_

// Shapes that every version is tested on, and how near it must come to the
// reference: logits are float sums of up to 1100 products of values in (-1, 1)
// and so off by some 1e-5; losses and gradients inherit that.

#include <cstdint>
#include <vector>

namespace kaito::kernels {

struct CrossEntropyCase {
  int64_t tokens;
  int64_t hidden_size;
  int64_t vocabulary;
  int64_t ignore_every;  // The first of so many labels is ignored; 0: none.
  bool bf16_weight;
};

inline constexpr double kCrossEntropyRelativeNorm = 2e-6;
inline constexpr double kCrossEntropyMaxAbs = 4e-5;

inline std::vector<CrossEntropyCase> CrossEntropyCases() {
  return {
      {1, 1, 1, 0, false},
      {1, 8, 2, 0, true},
      {2, 7, 6, 0, false},
      {5, 33, 47, 3, true},
      {31, 17, 48, 0, false},
      {32, 16, 49, 0, true},
      {33, 31, 97, 2, false},
      {65, 64, 100, 5, true},
      // More than a block of the hidden size, and several blocks of tokens.
      {3, 1100, 301, 0, true},
      {200, 40, 500, 4, false},
      // Nothing to train, nothing at all.
      {3, 8, 5, 1, false},
      {0, 8, 5, 0, false},
      {2, 0, 4, 0, false},
  };
}

}  // namespace kaito::kernels

#endif  // KAITO_KERNELS_CROSS_ENTROPY_CROSS_ENTROPY_CASES_H_
