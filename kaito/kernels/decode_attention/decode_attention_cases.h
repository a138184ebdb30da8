#ifndef KAITO_KERNELS_DECODE_ATTENTION_DECODE_ATTENTION_CASES_H_
#define KAITO_KERNELS_DECODE_ATTENTION_DECODE_ATTENTION_CASES_H_

// Shapes that every version is tested on.
//
// Tolerance, for standard normal inputs: as attention's forward pass, a score
// is a sum of head_dim products in f32 and a result a mean of values; a bf16
// cache is exact here, since the reference reads the same one.

#include <cstdint>
#include <vector>

#include "kaito/kernels/decode_attention/paged_kv_params.h"

namespace kaito::kernels {

inline constexpr double kDecodeAttentionNorm = 2e-6;
inline constexpr double kDecodeAttentionMaxAbs = 1e-5;

struct DecodeSequenceCase {
  int32_t length;
  int32_t fresh;  // Of them in this step.
};

struct DecodeAttentionCase {
  std::vector<DecodeSequenceCase> sequences;
  int64_t q_heads;
  int64_t kv_heads;
  int64_t head_dim;
  int64_t block_size;
  KvType type = KvType::kF32;
  int64_t window = 0;
};

// Around steps of 64 and chunks of 512 keys, blocks, and vectors.
inline std::vector<DecodeAttentionCase> DecodeAttentionCases() {
  constexpr KvType kBf16 = KvType::kBf16;
  return {
      {{}, 1, 1, 8, 16},
      {{{1, 1}}, 1, 1, 1, 1},
      {{{3, 0}, {5, 1}, {0, 0}}, 2, 1, 12, 4},
      {{{63, 1}, {64, 1}, {65, 1}}, 2, 2, 96, 16},
      {{{63, 1}, {64, 1}, {65, 1}}, 2, 2, 96, 16, kBf16},
      {{{511, 1}, {512, 1}, {513, 1}, {1, 1}}, 4, 2, 64, 32},
      {{{1700, 1}, {20, 1}}, 8, 2, 128, 16, kBf16},
      {{{1100, 1}}, 7, 1, 80, 7},
      {{{40, 1}}, 2, 1, 256, 16},
      {{{40, 1}}, 2, 1, 37, 16, kBf16},  // A head that no vector divides.
      {{{30, 5}, {515, 4}, {6, 6}}, 4, 2, 32, 16},
      {{{700, 1}, {90, 3}}, 2, 1, 64, 16, KvType::kF32, 50},
      {{{1200, 3}}, 2, 2, 48, 16, kBf16, 600},
      {{{600, 2}}, 1, 1, 32, 16, KvType::kF32, 1},
  };
}

}  // namespace kaito::kernels

#endif  // KAITO_KERNELS_DECODE_ATTENTION_DECODE_ATTENTION_CASES_H_
