#ifndef KAITO_KERNELS_NF4_MATMUL_NF4_MATMUL_CASES_H_
#define KAITO_KERNELS_NF4_MATMUL_NF4_MATMUL_CASES_H_

// Shapes that every version is tested on, with scales of both kinds.

#include <cmath>
#include <cstdint>
#include <vector>

#include "kaito/kernels/nf4_matmul/nf4_matmul_params.h"
#include "kaito/kernels/types.h"

namespace kaito::kernels {

struct Nf4MatmulCase {
  int64_t m;
  int64_t n;
  int64_t k;
  int64_t block = kNf4Block;
};

inline std::vector<Nf4MatmulCase> Nf4MatmulCases() {
  return {
      // No sums at all, none to take, and the least of each.
      {.m = 0, .n = 3, .k = 64},
      {.m = 2, .n = 0, .k = 64},
      {.m = 2, .n = 3, .k = 0},
      {.m = 1, .n = 1, .k = 1},
      // Whole steps, half a step, more than one; rows of every remainder.
      {.m = 1, .n = 5, .k = 64},
      {.m = 1, .n = 4, .k = 128},
      {.m = 2, .n = 7, .k = 192},
      {.m = 3, .n = 6, .k = 320},
      {.m = 4, .n = 9, .k = 1024},
      {.m = 5, .n = 3, .k = 128},
      {.m = 7, .n = 2, .k = 256},
      {.m = 12, .n = 13, .k = 128},
      {.m = 1, .n = 37, .k = 4096},
      // Rows in pairs, and one left over.
      {.m = 1, .n = 5, .k = 8192},
      {.m = 9, .n = 5, .k = 2048},
      // Blocks that are longer than a step, and shorter.
      {.m = 3, .n = 5, .k = 512, .block = 128},
      {.m = 2, .n = 3, .k = 8192, .block = 4096},
      {.m = 2, .n = 5, .k = 128, .block = 32},
      // Blocks that span rows; rows that begin in the middle of a byte.
      {.m = 2, .n = 5, .k = 50},
      {.m = 4, .n = 7, .k = 33},
      {.m = 11, .n = 6, .k = 1100, .block = 128},
      {.m = 1, .n = 3, .k = 128, .block = 256},
      // Panels: one vector of tokens, a whole panel, one token more; tiles of
      // rows, columns and depth with remainders.
      {.m = 13, .n = 13, .k = 64},
      {.m = 17, .n = 13, .k = 64},
      {.m = 32, .n = 12, .k = 256},
      {.m = 33, .n = 97, .k = 320},
      {.m = 48, .n = 300, .k = 192},
      {.m = 49, .n = 259, .k = 131, .block = 128},
      {.m = 70, .n = 96, .k = 513, .block = 32},
      // More tokens than one turn has.
      {.m = 515, .n = 14, .k = 130},
  };
}

// Of sums in f32 of `depth` products, in some order, as a part of the largest
// output: each rounding is at most half an ulp of a partial sum, and the errors
// add up as the root of their number. The factor 4 covers the tail of that walk
// over all outputs, partial sums above the largest output, and the rounding of
// scales.
inline double Nf4MatmulRelativeError(int64_t depth, FloatType out_type) {
  const double sums = 4 * std::sqrt(static_cast<double>(depth) + 1) * 0x1p-24;
  return sums + (out_type == FloatType::kBf16 ? 0x1p-8 : 0);
}

}  // namespace kaito::kernels

#endif  // KAITO_KERNELS_NF4_MATMUL_NF4_MATMUL_CASES_H_
