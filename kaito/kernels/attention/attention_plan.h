#ifndef KAITO_KERNELS_ATTENTION_ATTENTION_PLAN_H_
#define KAITO_KERNELS_ATTENTION_ATTENTION_PLAN_H_

// How the CPU's attention is cut into tasks: which queries and keys a tile and
// a block hold. For attention_*_cpu.cc. Pure, and the same on every target and
// number of workers, which is why the results are.

#include <algorithm>
#include <cstdint>

#include "kaito/kernels/attention/attention_cpu.h"
#include "kaito/kernels/attention/attention_params.h"

namespace kaito::kernels {

// A row is a query: token row / group of its sequence, head row % group of
// those that share a kv head. So the heads of a group read their keys once.
struct AttentionTile {
  int64_t start = 0;  // First token of the sequence.
  int64_t kv_head = 0;
  int64_t first_row = 0;    // Of the sequence's and kv head's.
  int64_t rows = 0;         // 1 to kAttentionTileRows
  int64_t first_token = 0;  // Of the first row, in the whole batch.
  int64_t last_token = 0;
};

constexpr int64_t AttentionGroup(const AttentionParams& params) {
  return params.q_heads / params.kv_heads;
}

constexpr int64_t AttentionTilesOf(const AttentionParams& params,
                                   int64_t sequence) {
  const int64_t rows = (params.starts[sequence + 1] - params.starts[sequence]) *
                       AttentionGroup(params);
  return (rows + kAttentionTileRows - 1) / kAttentionTileRows;
}

constexpr AttentionTile AttentionTileOf(const AttentionParams& params,
                                        int64_t sequence, int64_t kv_head,
                                        int64_t tile) {
  const int64_t group = AttentionGroup(params);
  const int64_t start = params.starts[sequence];
  const int64_t all = (params.starts[sequence + 1] - start) * group;
  const int64_t first = tile * kAttentionTileRows;
  const int64_t rows = std::min(kAttentionTileRows, all - first);
  return {.start = start,
          .kv_head = kv_head,
          .first_row = first,
          .rows = rows,
          .first_token = start + first / group,
          .last_token = start + (first + rows - 1) / group};
}

// Keys of a sequence as they are copied: a block may begin anywhere and is
// padded to 8 keys.
constexpr int64_t AttentionPaddedLength(int64_t length) {
  return (length + 7) / 8 * 8 + 8;
}

// Of the longest sequence.
constexpr int64_t AttentionMaxPaddedLength(const AttentionParams& params) {
  int64_t longest = 0;
  for (int64_t s = 0; s < params.sequences; ++s) {
    longest =
        std::max<int64_t>(longest, params.starts[s + 1] - params.starts[s]);
  }
  return AttentionPaddedLength(longest);
}

struct AttentionQuery {
  int64_t token;
  int64_t head;
};

constexpr AttentionQuery AttentionQueryOf(const AttentionParams& params,
                                          const AttentionTile& tile,
                                          int64_t row) {
  const int64_t group = AttentionGroup(params);
  return {.token = tile.start + (tile.first_row + row) / group,
          .head = tile.kv_head * group + (tile.first_row + row) % group};
}

// Keys of one step; `masked` where not every row sees every one of them.
struct AttentionBlock {
  int64_t first = 0;  // In the whole batch.
  int64_t keys = 0;   // 0 past the last one.
  bool masked = false;
};

// The first key that the tile's first row sees.
constexpr int64_t AttentionFirstKey(const AttentionParams& params,
                                    const AttentionTile& tile) {
  return params.window == 0
             ? tile.start
             : std::max(tile.start, tile.first_token - params.window + 1);
}

// The tile's block that begins at key `first`.
constexpr AttentionBlock AttentionBlockAt(const AttentionParams& params,
                                          const AttentionTile& tile,
                                          int64_t first) {
  const int64_t keys =
      std::min(kAttentionBlockKeys, tile.last_token + 1 - first);
  const bool past_first_row = first + keys - 1 > tile.first_token;
  const bool before_last_row =
      params.window != 0 && first <= tile.last_token - params.window;
  return {.first = first,
          .keys = std::max<int64_t>(keys, 0),
          .masked = past_first_row || before_last_row};
}

}  // namespace kaito::kernels

#endif  // KAITO_KERNELS_ATTENTION_ATTENTION_PLAN_H_
