#ifndef KAITO_KERNELS_ROPE_ROPE_CASES_H_
#define KAITO_KERNELS_ROPE_ROPE_CASES_H_

// Shapes that every version is tested on.
//
// Tolerance: an output is the sum of two products of floats, rounded at most
// three times: 3 * 2^-24 of |first| + |second|, which are below 4 here.

#include <cstdint>
#include <vector>

#include "kaito/kernels/rope/rope_params.h"

namespace kaito::kernels {

inline constexpr double kRopeMaxAbs = 3 * 8 * 0x1p-24;

struct RopeCase {
  int64_t tokens;
  int64_t q_heads;
  int64_t kv_heads;
  int64_t head_dim;
  int64_t rotary_dim;
  bool fused;  // q | k | v in one row; else q and k apart.
  RopeDirection direction;
};

inline std::vector<RopeCase> RopeCases() {
  constexpr RopeDirection kForward = RopeDirection::kForward;
  constexpr RopeDirection kBackward = RopeDirection::kBackward;
  return {
      {0, 2, 1, 8, 8, true, kForward},
      {1, 1, 1, 2, 2, false, kForward},    // One pair: no vector at all.
      {3, 4, 0, 8, 0, false, kForward},    // Nothing rotates; no k.
      {5, 4, 2, 12, 12, false, kForward},  // Halves of 6: vector and rest.
      {5, 4, 2, 64, 48, true, kForward},   // Partial, phi-4-mini's 3 : 4.
      {7, 3, 3, 96, 96, true, kForward},   // phi-3's head
      {7, 3, 3, 96, 96, true, kBackward},
      {4, 8, 2, 128, 128, true, kBackward},
      {2, 1, 1, 256, 256, false, kBackward},
      {3, 2, 2, 80, 34, true, kForward},    // Halves of 17: a lane left over.
      {700, 8, 2, 64, 64, true, kForward},  // Several grains.
  };
}

}  // namespace kaito::kernels

#endif  // KAITO_KERNELS_ROPE_ROPE_CASES_H_
