#ifndef KAITO_KERNELS_NF4_MATMUL_NF4_MATMUL_PLAN_H_
#define KAITO_KERNELS_NF4_MATMUL_NF4_MATMUL_PLAN_H_

// How the CPU's version of nf4_matmul divides a product and its workspace; pure
// arithmetic that depends on the shape alone. For the files of nf4_matmul.

#include <algorithm>
#include <cstdint>

#include "kaito/kernels/nf4_matmul/nf4_matmul_params.h"

namespace kaito::kernels {

// Up to this many tokens a forward product takes dot products along k, whose
// work falls with the tokens; above, panels of tokens, one to a lane. Where the
// two meet was measured (docs/kernels/nf4_matmul.md).
inline constexpr int64_t kNf4DotTokens = 12;

// Decoded at once and multiplied from a cache: W's rows times depth forward,
// depth times W's columns backward. 96 KiB and 256 KiB of an L2 that holds
// 512 KiB or more; 256 is also a multiple of most blocks, and a few lines of
// each row where columns are a part of it.
inline constexpr int64_t kNf4Depth = 256;
inline constexpr int64_t kNf4TileRows = 96;
inline constexpr int64_t kNf4TileColumns = 256;

// More tokens are done in turns, each of which decodes W again: 1 part in 500
// of the turn's work. Bounds the workspace.
inline constexpr int64_t kNf4TurnTokens = 512;

// Rows that a micro-kernel holds in registers on one target or another (12 and
// 6), and lanes of a panel of tokens (8 to 32), all divide these.
inline constexpr int64_t kNf4RowStep = 12;
inline constexpr int64_t kNf4LaneStep = 32;

// Floats that break up a power of two between rows, which would put all of them
// into the same few lines of a cache.
inline constexpr int64_t kNf4RowGap = 16;

constexpr int64_t RoundUp(int64_t x, int64_t step) {
  return (x + step - 1) / step * step;
}

// In floats. The workspace is `shared`, then one `each` for each worker; all
// are multiples of 16 floats, a line of a cache.
struct Nf4MatmulPlan {
  bool dot = false;
  int64_t turn_tokens = 0;
  int64_t shared = 0;  // The turn's rows of `in`, rearranged.
  int64_t each = 0;    // A decoded tile, then sums.
  int64_t tile = 0;    // Of `each`: where the sums begin.
};

constexpr Nf4MatmulPlan PlanNf4Matmul(Nf4Product product, int64_t m, int64_t n,
                                      int64_t k, Nf4Method method) {
  Nf4MatmulPlan plan;
  const bool few = m <= kNf4DotTokens;
  if (product == Nf4Product::kForward &&
      (method == Nf4Method::kByTokens ? few : method == Nf4Method::kDots)) {
    plan.dot = true;
    plan.turn_tokens = std::min(m, kNf4DotTokens);
    plan.shared = plan.turn_tokens *
                  RoundUp(k, 128);  // A step of 16 lanes of 8 elements.
    return plan;
  }
  plan.turn_tokens = std::min(m, kNf4TurnTokens);
  if (product == Nf4Product::kForward) {
    const int64_t tokens = RoundUp(plan.turn_tokens, kNf4LaneStep);
    plan.shared = tokens * k;
    plan.tile = kNf4TileRows * kNf4Depth;
    plan.each = plan.tile + kNf4TileRows * (tokens + kNf4RowGap);
  } else {
    const int64_t tokens = RoundUp(plan.turn_tokens, kNf4RowStep);
    plan.shared = RoundUp(tokens * RoundUp(n, kNf4Depth), 16);
    // A gap behind each panel, of which the narrowest has 2 lanes.
    plan.tile = kNf4TileColumns * (kNf4Depth + kNf4RowGap / 2);
    plan.each = plan.tile + tokens * kNf4TileColumns;
  }
  return plan;
}

// For every worker, and to begin at a line of a cache.
constexpr int64_t WorkspaceBytes(const Nf4MatmulPlan& plan, int64_t workers) {
  return 64 + (plan.shared + workers * plan.each) *
                  static_cast<int64_t>(sizeof(float));
}

}  // namespace kaito::kernels

#endif  // KAITO_KERNELS_NF4_MATMUL_NF4_MATMUL_PLAN_H_
