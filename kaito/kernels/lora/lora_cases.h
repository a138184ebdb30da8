#ifndef KAITO_KERNELS_LORA_LORA_CASES_H_
#define KAITO_KERNELS_LORA_LORA_CASES_H_

// Shapes that every version is tested on, and how near it must come to the
// reference: float's 24 bits over sums of up to 3000 products of values in
// (-1, 1), whose size is up to 60.

#include <cstdint>
#include <vector>

namespace kaito::kernels {

struct LoraCase {
  int64_t rows;
  int64_t inputs;
  int64_t outputs;
  int64_t rank;
  double scale;
};

inline constexpr double kLoraRelativeNorm = 2e-6;
inline constexpr double kLoraMaxAbs = 2e-3;

inline std::vector<LoraCase> LoraCases() {
  return {
      {1, 1, 1, 1, 1},
      {1, 64, 48, 8, 2},
      // Tails in every direction: blocks of 4 rows, 4 ranks and 2 vectors.
      {2, 17, 31, 4, 0.5},
      {3, 33, 15, 5, 2},
      {5, 16, 129, 7, -1},
      {7, 130, 67, 16, 2},
      {9, 255, 3, 64, 1},
      // Whole vectors of ranks, blocks of 8 rows.
      {19, 300, 600, 16, 2},
      // More than a tile of columns (512 and 64), and several ranges.
      {67, 1100, 515, 8, 2},
      {130, 521, 1030, 12, 0.25},
      {1, 3000, 3000, 16, 2},
      {0, 64, 64, 8, 1},
      {4, 0, 5, 3, 1},
      {4, 5, 0, 3, 1},
  };
}

}  // namespace kaito::kernels

#endif  // KAITO_KERNELS_LORA_LORA_CASES_H_
