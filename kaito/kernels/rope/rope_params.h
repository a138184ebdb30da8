#ifndef KAITO_KERNELS_ROPE_ROPE_PARAMS_H_
#define KAITO_KERNELS_ROPE_ROPE_PARAMS_H_

// What rope rotates, and by which table: the vocabulary of all files here.

#include <cstdint>

namespace kaito::kernels {

enum class RopeDirection : uint8_t {
  kForward,
  // The transpose: rotates gradients by the negative angle. The table's
  // attention factor is applied again, as the chain rule wants it.
  kBackward,
};

// Heads of q or of k, rotated in place. In a fused q | k | v row, q and k are
// pointers into the same row and share its stride.
struct RopeHeads {
  float* data = nullptr;     // [tokens, heads, head_dim]
  int64_t heads = 0;         // 0: nothing to rotate, and data may be null.
  int64_t token_stride = 0;  // Elements; at least heads * head_dim.
};

struct RopeParams {
  RopeHeads q;
  RopeHeads k;
  int64_t tokens = 0;
  int64_t head_dim = 0;
  // The first dimensions of a head, which are rotated in the pairs
  // (i, i + rotary_dim / 2); the others stay. Even, at most head_dim.
  int64_t rotary_dim = 0;
  const int32_t* positions = nullptr;  // [tokens], each in the table
  const float* cos = nullptr;          // [table_positions, rotary_dim / 2]
  const float* sin = nullptr;          // [table_positions, rotary_dim / 2]
  int64_t table_positions = 0;
  RopeDirection direction = RopeDirection::kForward;
};

}  // namespace kaito::kernels

#endif  // KAITO_KERNELS_ROPE_ROPE_PARAMS_H_
