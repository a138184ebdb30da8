#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

#include "kaito/kernels/attention/attention_cpu.h"
#include "kaito/kernels/attention/attention_params.h"
#include "kaito/kernels/attention/attention_plan.h"
#include "kaito/kernels/parallel/task_queue.h"
#include "kaito/kernels/parallel/workers.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kaito/kernels/attention/attention_forward_cpu.cc"
#include "hwy/foreach_target.h"  // Compiles this file once for each target.
// Must follow it.
#include "hwy/highway.h"
#include "kaito/kernels/attention/attention_tile-inl.h"

// Once, and not once for each target.
#ifndef KAITO_KERNELS_ATTENTION_FORWARD_SCRATCH_
#define KAITO_KERNELS_ATTENTION_FORWARD_SCRATCH_
namespace kaito::kernels {

// Some tiles of a sequence and a kv head, [first, end).
struct ForwardTask {
  int64_t sequence = 0;
  int64_t kv_head = 0;
  int64_t first_tile = 0;
  int64_t end_tile = 0;
};

// A worker's memory: for a head of 96, 100 KiB that an L2 holds, and a head's
// keys and values.
struct ForwardScratch {
  ForwardScratch(float* memory, int64_t dim, int64_t padded_length) {
    const auto take = [&memory](int64_t floats) {
      float* const part = memory;
      memory += floats;
      return part;
    };
    queries = take(dim * kAttentionTileRows);
    scores = take(kAttentionBlockKeys * kAttentionTileRows);
    out = take(dim * kAttentionTileRows);
    largest = take(kAttentionTileRows);
    sums = take(kAttentionTileRows);
    tokens = reinterpret_cast<int32_t*>(take(kAttentionTileRows));
    keys = take(padded_length * dim);
    values = take(padded_length * dim);
  }
  static int64_t Floats(int64_t dim, int64_t padded_length) {
    return 2 * dim * (kAttentionTileRows + padded_length) +
           kAttentionTileRows * (kAttentionBlockKeys + 3);
  }

  float* queries;   // [dim][rows], scaled
  float* scores;    // [keys][rows], then the weights
  float* out;       // [dim][rows], times `sums`
  float* largest;   // [rows], of the scores so far
  float* sums;      // [rows], of exp2(score - largest)
  int32_t* tokens;  // [rows]
  float* keys;      // [keys that the task sees][dim]
  float* values;    // [keys that the task sees][dim]
};

}  // namespace kaito::kernels
#endif  // KAITO_KERNELS_ATTENTION_FORWARD_SCRATCH_

HWY_BEFORE_NAMESPACE();
namespace kaito::kernels {
namespace HWY_NAMESPACE {
namespace hn = ::hwy::HWY_NAMESPACE;

// Turns a block's scores into weights relative to the largest score so far, and
// what earlier blocks left in `sums` and `out` too.
HWY_NOINLINE void OnlineSoftmax(const ForwardScratch& s, int64_t columns,
                                int64_t keys, int64_t head_dim) {
  const TileTag d;
  for (int64_t j = 0; j < columns; j += TileLanes()) {
    float* const scores = s.scores + j;
    const auto before = hn::LoadU(d, s.largest + j);
    auto largest = before;
    for (int64_t key = 0; key < keys; ++key) {
      largest =
          hn::Max(largest, hn::LoadU(d, scores + key * kAttentionTileRows));
    }
    auto sum = hn::Zero(d);
    for (int64_t key = 0; key < keys; ++key) {
      float* const at = scores + key * kAttentionTileRows;
      const auto weight = Exp2(d, hn::Sub(hn::LoadU(d, at), largest));
      hn::StoreU(weight, d, at);
      sum = hn::Add(sum, weight);
    }
    const auto shrink = Exp2(d, hn::Sub(before, largest));
    hn::StoreU(hn::MulAdd(shrink, hn::LoadU(d, s.sums + j), sum), d,
               s.sums + j);
    hn::StoreU(largest, d, s.largest + j);
    for (int64_t i = 0; i < head_dim; ++i) {
      float* const at = s.out + i * kAttentionTileRows + j;
      hn::StoreU(hn::Mul(shrink, hn::LoadU(d, at)), d, at);
    }
  }
}

HWY_INLINE void StartRows(const AttentionParams& params,
                          const AttentionTile& tile, const ForwardScratch& s) {
  ClearColumns(params, tile, s.out);
  for (int64_t row = 0; row < kAttentionTileRows; ++row) {
    // Finite, so that a row whose first block is masked altogether subtracts
    // no infinities.
    s.largest[row] = -std::numeric_limits<float>::max();
    s.sums[row] = 0;
    if (params.sinks != nullptr && row < tile.rows) {
      s.largest[row] =
          params.sinks[AttentionQueryOf(params, tile, row).head] * kLog2E;
      s.sums[row] = 1;
    }
  }
}

HWY_NOINLINE void StoreRows(const AttentionParams& params,
                            const AttentionTile& tile,
                            const ForwardScratch& s) {
  if (params.log_sum_exp != nullptr) {
    for (int64_t row = 0; row < tile.rows; ++row) {
      const AttentionQuery query = AttentionQueryOf(params, tile, row);
      params.log_sum_exp[query.head * params.tokens + query.token] =
          s.largest[row] / kLog2E + std::log(s.sums[row]);
    }
  }
  // Columns past the rows are computed as others are: no sum of theirs is zero.
  for (int64_t row = 0; row < TileColumns(tile); ++row) {
    s.sums[row] = 1 / s.sums[row];
  }
  StoreTransposed(params, tile, s.out, s.sums, params.out);
}

// `first_key` is the one that `s.keys` and `s.values` begin with.
HWY_INLINE void ForwardTile(const AttentionParams& params,
                            const AttentionTile& tile, int64_t first_key,
                            const ForwardScratch& s) {
  const int64_t dim = AttentionPaddedDim(params.head_dim);
  GatherTransposed(params, params.q, tile, ProductScale(params), s.queries);
  ListTokens(params, tile, s.tokens);
  StartRows(params, tile, s);
  for (int64_t first = AttentionFirstKey(params, tile);
       first <= tile.last_token; first += kAttentionBlockKeys) {
    const AttentionBlock block = AttentionBlockAt(params, tile, first);
    const int64_t offset = (first - first_key) * dim;
    Scores(params, tile, block, s.keys + offset, s.queries, s.tokens, s.scores);
    OnlineSoftmax(s, TileColumns(tile), block.keys, params.head_dim);
    TileProduct<TileA::kColumns, TileC::kAdd>(
        {.m = RoundUpTo(params.head_dim, 8),
         .n = TileColumns(tile),
         .depth = block.keys},
        s.values + offset, dim, s.scores, kAttentionTileRows, s.out,
        kAttentionTileRows);
  }
  StoreRows(params, tile, s);
}

void ForwardTiles(const AttentionParams& params, const ForwardTask& task,
                  const ForwardScratch& s) {
  const auto tile_of = [&](int64_t tile) {
    return AttentionTileOf(params, task.sequence, task.kv_head, tile);
  };
  const int64_t first = AttentionFirstKey(params, tile_of(task.first_tile));
  const int64_t keys = tile_of(task.end_tile - 1).last_token + 1 - first;
  GatherHead(params, params.k, task.kv_head, first, keys, s.keys);
  GatherHead(params, params.v, task.kv_head, first, keys, s.values);
  for (int64_t tile = task.first_tile; tile < task.end_tile; ++tile) {
    ForwardTile(params, tile_of(tile), first, s);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace kaito::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kaito::kernels {

HWY_EXPORT(ForwardTiles);

namespace {

// Tasks for each worker, so that the last ones to finish are short; fewer copy
// less.
constexpr int64_t kTasksPerWorker = 4;

// Parts that a sequence's tiles are cut into. A tile's result does not depend on
// it.
int64_t Parts(const AttentionParams& params, int64_t sequence,
              int64_t workers) {
  if (workers == 1)
    return std::min<int64_t>(1, AttentionTilesOf(params, sequence));
  const int64_t heads = params.sequences * params.kv_heads;
  const int64_t wanted = (kTasksPerWorker * workers + heads - 1) / heads;
  return std::min(wanted, AttentionTilesOf(params, sequence));
}

// The last part of a sequence, which sees most keys, comes first.
ForwardTask TaskOf(const AttentionParams& params, int64_t workers,
                   int64_t task) {
  for (int64_t s = 0; s < params.sequences; ++s) {
    const int64_t parts = Parts(params, s, workers);
    if (task < parts * params.kv_heads) {
      const int64_t tiles = AttentionTilesOf(params, s);
      const int64_t part = parts - 1 - task / params.kv_heads;
      return {.sequence = s,
              .kv_head = task % params.kv_heads,
              .first_tile = tiles * part / parts,
              .end_tile = tiles * (part + 1) / parts};
    }
    task -= parts * params.kv_heads;
  }
  return {};
}

int64_t ScratchFloats(const AttentionParams& params) {
  return ForwardScratch::Floats(AttentionPaddedDim(params.head_dim),
                                AttentionMaxPaddedLength(params));
}

}  // namespace

int64_t AttentionForwardCpuWorkspaceBytes(const AttentionParams& params,
                                          int64_t workers) {
  return workers * ScratchFloats(params) * static_cast<int64_t>(sizeof(float));
}

void AttentionForwardCpu(const AttentionParams& params, Workers* workers) {
  const int64_t count = WorkerCount(workers);
  const int64_t floats = ScratchFloats(params);
  const int64_t length = AttentionMaxPaddedLength(params);
  int64_t tasks = 0;
  for (int64_t s = 0; s < params.sequences; ++s) {
    tasks += Parts(params, s, count) * params.kv_heads;
  }
  ForEachTask(workers, tasks, [&](int64_t worker, int64_t task) {
    const ForwardScratch scratch(
        static_cast<float*>(params.workspace) + worker * floats,
        AttentionPaddedDim(params.head_dim), length);
    HWY_DYNAMIC_DISPATCH(ForwardTiles)
    (params, TaskOf(params, count, task), scratch);
  });
}

}  // namespace kaito::kernels
#endif  // HWY_ONCE
