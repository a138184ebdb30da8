#ifndef KAITO_KERNELS_DECODE_ATTENTION_DECODE_PLAN_H_
#define KAITO_KERNELS_DECODE_ATTENTION_DECODE_PLAN_H_

// How the CPU's decode attention is cut into tasks, and where each leaves its
// partial result. For decode_attention_cpu.cc. Pure.

#include <algorithm>
#include <cstdint>

#include "kaito/kernels/decode_attention/decode_attention_cpu.h"
#include "kaito/kernels/decode_attention/decode_attention_params.h"

namespace kaito::kernels {

// A partial result is a row's weighted sum of values, then the largest score
// and the sum of weights: [padded head_dim + 16].
constexpr int64_t DecodePaddedDim(const DecodeAttentionParams& p) {
  return (p.kv.head_dim + 15) / 16 * 16;
}
constexpr int64_t DecodePartialFloats(const DecodeAttentionParams& p) {
  return DecodePaddedDim(p) + 16;
}

// What all tasks of a sequence share. A row is a query: token row / group of
// the step's, head row % group of those that share a kv head.
struct DecodeSequence {
  int64_t first_token = 0;     // Its row of q.
  int64_t first_position = 0;  // Of the step's first token, in the sequence.
  int64_t rows = 0;            // For each kv head.
  int64_t first_key = 0;       // That the first token sees.
  int64_t length = 0;
  int64_t first_chunk = 0;  // Chunks are counted from the sequence's start.
  int64_t chunks = 0;       // 0 where the step has none of its tokens.
};

constexpr DecodeSequence DecodeSequenceOf(const DecodeAttentionParams& p,
                                          int64_t s) {
  const int64_t fresh = p.kv.starts[s + 1] - p.kv.starts[s];
  DecodeSequence sequence = {
      .first_token = p.kv.starts[s],
      .first_position = p.kv.lengths[s] - fresh,
      .rows = fresh * (p.q_heads / p.kv.kv_heads),
      .length = p.kv.lengths[s],
  };
  if (fresh == 0) return sequence;
  if (p.window != 0) {
    sequence.first_key =
        std::max<int64_t>(0, sequence.first_position - p.window + 1);
  }
  sequence.first_chunk = sequence.first_key / kDecodeChunkKeys;
  sequence.chunks =
      (sequence.length - 1) / kDecodeChunkKeys + 1 - sequence.first_chunk;
  return sequence;
}

// A task: a chunk of a sequence's keys for all rows of a kv head.
struct DecodeTask {
  int64_t sequence = 0;
  int64_t kv_head = 0;
  int64_t first_key = 0;
  int64_t end_key = 0;
  float* partials = nullptr;  // [rows, DecodePartialFloats()]
};

}  // namespace kaito::kernels

#endif  // KAITO_KERNELS_DECODE_ATTENTION_DECODE_PLAN_H_
