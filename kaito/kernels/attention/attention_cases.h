#ifndef KAITO_KERNELS_ATTENTION_ATTENTION_CASES_H_
#define KAITO_KERNELS_ATTENTION_ATTENTION_CASES_H_

// Shapes that every version is tested on, and how near it must come to the
// reference.
//
// Tolerances, for standard normal inputs: a score is a sum of head_dim products
// in f32, off by some sqrt(256) * 2^-24 = 1e-6 of its size, which its weight is
// off by too; a result is a mean of values under such weights. Gradients sum
// over up to some hundred queries with both signs, so an element may be small
// against its terms: hence the bound on each is looser than the norm's.

#include <cstdint>
#include <vector>

namespace kaito::kernels {

inline constexpr double kAttentionOutNorm = 2e-6;
inline constexpr double kAttentionOutMaxAbs = 1e-5;
inline constexpr double kAttentionGradientNorm = 4e-6;
inline constexpr double kAttentionGradientMaxAbs = 1e-4;

struct AttentionCase {
  std::vector<int32_t> lengths;  // Of the sequences.
  int64_t q_heads;
  int64_t kv_heads;
  int64_t head_dim;
  int64_t window = 0;
  float softcap = 0;
  bool sinks = false;
  bool fused = false;  // q | k | v in one row; else apart.
};

// Around tiles of 96 rows, blocks of 64 keys, and steps of 8 keys and of a
// vector's rows.
inline std::vector<AttentionCase> AttentionCases() {
  return {
      {{}, 1, 1, 8},
      {{1}, 1, 1, 1},
      {{0, 1, 0}, 2, 1, 32},
      {{5, 1, 9}, 2, 2, 12},  // No multiple of 8: the golden models' head.
      {{15, 16, 17}, 1, 1, 16},
      {{63, 64, 65}, 2, 2, 32, 0, 0, false, true},
      {{95, 96, 97}, 1, 1, 96, 0, 0, false, true},
      {{200, 33}, 3, 3, 64},
      {{130, 70}, 4, 2, 80, 0, 0, false, true},
      {{70, 45}, 8, 2, 128},  // Groups of 4, as Llama 3 has them.
      {{40}, 7, 1, 64},       // A group that no tile is a multiple of.
      {{3}, 100, 1, 16},      // One token's heads are more than a tile.
      {{50}, 2, 1, 256},
      {{200}, 2, 2, 32, 1},  // Sees itself alone.
      {{200, 20}, 2, 1, 48, 7},
      {{300}, 1, 1, 64, 64},
      {{300, 10}, 1, 1, 64, 131, 0, false, true},
      {{100, 30}, 2, 1, 32, 0, 3},
      {{150}, 2, 1, 32, 40, 3, true},
      {{100, 30}, 4, 2, 64, 0, 0, true},
  };
}

}  // namespace kaito::kernels

#endif  // KAITO_KERNELS_ATTENTION_ATTENTION_CASES_H_
