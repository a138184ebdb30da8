#include <algorithm>
#include <cstdint>

#include "kaito/kernels/attention/attention_cpu.h"
#include "kaito/kernels/attention/attention_params.h"
#include "kaito/kernels/attention/attention_plan.h"
#include "kaito/kernels/parallel/task_queue.h"
#include "kaito/kernels/parallel/workers.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kaito/kernels/attention/attention_backward_cpu.cc"
#include "hwy/foreach_target.h"  // Compiles this file once for each target.
// Must follow it.
#include "hwy/highway.h"
#include "kaito/kernels/attention/attention_tile-inl.h"

// Once, and not once for each target.
#ifndef KAITO_KERNELS_ATTENTION_BACKWARD_SCRATCH_
#define KAITO_KERNELS_ATTENTION_BACKWARD_SCRATCH_
namespace kaito::kernels {

// A worker's memory: for a head of 96, 240 KiB for a tile and a block, which an
// L2 holds, and a head's keys and values with their gradients.
struct BackwardScratch {
  BackwardScratch(float* memory, int64_t dim, int64_t padded_length) {
    const auto take = [&memory](int64_t floats) {
      float* const part = memory;
      memory += floats;
      return part;
    };
    queries = take(dim * kAttentionTileRows);
    d_out = take(dim * kAttentionTileRows);
    query_rows = take(kAttentionTileRows * dim);
    d_out_rows = take(kAttentionTileRows * dim);
    d_queries = take(dim * kAttentionTileRows);
    weights = take(kAttentionBlockKeys * kAttentionTileRows);
    d_scores = take(kAttentionBlockKeys * kAttentionTileRows);
    log_sums = take(kAttentionTileRows);
    means = take(kAttentionTileRows);
    tokens = reinterpret_cast<int32_t*>(take(kAttentionTileRows));
    keys = take(padded_length * dim);
    values = take(padded_length * dim);
    d_keys = take(padded_length * dim);
    d_values = take(padded_length * dim);
  }
  static int64_t Floats(int64_t dim, int64_t padded_length) {
    return dim * (5 * kAttentionTileRows + 4 * padded_length) +
           kAttentionTileRows * (2 * kAttentionBlockKeys + 3);
  }

  float* queries;     // [dim][rows], scaled for scores in bits
  float* d_out;       // [dim][rows]
  float* query_rows;  // [rows][dim], scaled for d_keys
  float* d_out_rows;  // [rows][dim]
  float* d_queries;   // [dim][rows], not scaled yet
  float* weights;     // [keys][rows], scores first
  float* d_scores;    // [keys][rows], gradients of the weights first
  float* log_sums;    // [rows], in bits
  float* means;       // [rows], d_out . out
  int32_t* tokens;    // [rows]
  float* keys;        // [sequence, rounded up][dim]
  float* values;      // [sequence, rounded up][dim]
  float* d_keys;      // [sequence, rounded up][dim]
  float* d_values;    // [sequence, rounded up][dim]
};

}  // namespace kaito::kernels
#endif  // KAITO_KERNELS_ATTENTION_BACKWARD_SCRATCH_

HWY_BEFORE_NAMESPACE();
namespace kaito::kernels {
namespace HWY_NAMESPACE {
namespace hn = ::hwy::HWY_NAMESPACE;

// The sum of a[i] * b[i], whose products are exact in double.
HWY_INLINE double DotOfRows(const float* HWY_RESTRICT a,
                            const float* HWY_RESTRICT b, int64_t size) {
  const hn::CappedTag<double, 8> d;
  const hn::Rebind<float, decltype(d)> half;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  auto sums = hn::Zero(d);
  int64_t i = 0;
  for (; i + lanes <= size; i += lanes) {
    sums = hn::MulAdd(hn::PromoteTo(d, hn::LoadU(half, a + i)),
                      hn::PromoteTo(d, hn::LoadU(half, b + i)), sums);
  }
  double sum = hn::GetLane(hn::SumOfLanes(d, sums));
  for (; i < size; ++i) sum += double{a[i]} * b[i];
  return sum;
}

// Everything of a tile's rows that no key changes.
HWY_NOINLINE void StartTile(const AttentionBackwardParams& params,
                            const AttentionTile& tile,
                            const BackwardScratch& s) {
  const AttentionParams& p = params.forward;
  const int64_t dim = AttentionPaddedDim(p.head_dim);
  GatherTransposed(p, p.q, tile, ProductScale(p), s.queries);
  GatherTransposed(p, params.d_out, tile, 1, s.d_out);
  ListTokens(p, tile, s.tokens);
  std::fill(s.log_sums, s.log_sums + kAttentionTileRows, 0.0f);
  std::fill(s.means, s.means + kAttentionTileRows, 0.0f);
  ClearColumns(p, tile, s.d_queries);
  for (int64_t row = 0; row < tile.rows; ++row) {
    const AttentionQuery query = AttentionQueryOf(p, tile, row);
    float* const query_row = s.query_rows + row * dim;
    CopyRow(QueryRow(p, p.q, tile, row), p.head_dim, dim, query_row);
    const TileTag d;
    for (int64_t i = 0; i < dim; i += TileLanes()) {
      hn::StoreU(hn::Mul(hn::Set(d, p.scale), hn::LoadU(d, query_row + i)), d,
                 query_row + i);
    }
    const float* const d_out = QueryRow(p, params.d_out, tile, row);
    CopyRow(d_out, p.head_dim, dim, s.d_out_rows + row * dim);
    const float* const out =
        p.out.data + query.token * p.out.token_stride + query.head * p.head_dim;
    s.means[row] = static_cast<float>(DotOfRows(d_out, out, p.head_dim));
    s.log_sums[row] =
        kLog2E * p.log_sum_exp[query.head * p.tokens + query.token];
  }
}

// Scores become weights, and the gradients of weights those of scores:
// weight * (gradient - mean), times the slope of the cap.
template <bool kSoftcap>
HWY_NOINLINE void SoftmaxGradient(const AttentionParams& params,
                                  const BackwardScratch& s, int64_t columns,
                                  int64_t keys) {
  const TileTag d;
  const auto inverse_cap =
      hn::Set(d, kSoftcap ? 1 / (params.softcap * kLog2E) : 0.0f);
  const auto one = hn::Set(d, 1.0f);
  for (int64_t j = 0; j < columns; j += TileLanes()) {
    const auto log_sum = hn::LoadU(d, s.log_sums + j);
    const auto mean = hn::LoadU(d, s.means + j);
    for (int64_t key = 0; key < keys; ++key) {
      float* const weight_at = s.weights + key * kAttentionTileRows + j;
      float* const gradient_at = s.d_scores + key * kAttentionTileRows + j;
      const auto score = hn::LoadU(d, weight_at);
      const auto weight = Exp2(d, hn::Sub(score, log_sum));
      auto gradient = hn::Mul(weight, hn::Sub(hn::LoadU(d, gradient_at), mean));
      if constexpr (kSoftcap) {
        const auto t = hn::Mul(score, inverse_cap);
        // A masked score is infinite: no zero times infinity.
        gradient =
            hn::IfThenZeroElse(hn::Lt(t, hn::Set(d, -2.0f)),
                               hn::Mul(gradient, hn::NegMulAdd(t, t, one)));
      }
      hn::StoreU(weight, d, weight_at);
      hn::StoreU(gradient, d, gradient_at);
    }
  }
}

HWY_NOINLINE void BackwardBlock(const AttentionBackwardParams& params,
                                const AttentionTile& tile,
                                const AttentionBlock& block,
                                const BackwardScratch& s) {
  const AttentionParams& p = params.forward;
  const int64_t dim = AttentionPaddedDim(p.head_dim);
  const int64_t keys = RoundUpTo(block.keys, 8);
  const int64_t columns = TileColumns(tile);
  constexpr int64_t kRows = kAttentionTileRows;
  const int64_t offset = (block.first - tile.start) * dim;
  Scores(p, tile, block, s.keys + offset, s.queries, s.tokens, s.weights);
  TileProduct<TileA::kRows, TileC::kOverwrite>(
      {.m = keys, .n = columns, .depth = p.head_dim}, s.values + offset, dim,
      s.d_out, kRows, s.d_scores, kRows);
  if (p.softcap != 0) {
    SoftmaxGradient<true>(p, s, columns, block.keys);
  } else {
    SoftmaxGradient<false>(p, s, columns, block.keys);
  }
  // The rows past the block's keys, which the sums below write too.
  std::fill(s.weights + block.keys * kRows, s.weights + keys * kRows, 0.0f);
  std::fill(s.d_scores + block.keys * kRows, s.d_scores + keys * kRows, 0.0f);
  const TileSize size = {.m = keys, .n = dim, .depth = tile.rows};
  TileProduct<TileA::kRows, TileC::kAdd>(size, s.weights, kRows, s.d_out_rows,
                                         dim, s.d_values + offset, dim);
  TileProduct<TileA::kRows, TileC::kAdd>(size, s.d_scores, kRows, s.query_rows,
                                         dim, s.d_keys + offset, dim);
  TileProduct<TileA::kColumns, TileC::kAdd>(
      {.m = RoundUpTo(p.head_dim, 8), .n = columns, .depth = block.keys},
      s.keys + offset, dim, s.d_scores, kRows, s.d_queries, kRows);
}

// All of a sequence's queries that share a kv head: no other task writes the
// same gradients. Queries in order outside, keys inside: each sum has one order.
void BackwardHead(const AttentionBackwardParams& params, int64_t sequence,
                  int64_t kv_head, const BackwardScratch& s) {
  const AttentionParams& p = params.forward;
  const int64_t dim = AttentionPaddedDim(p.head_dim);
  const int64_t start = p.starts[sequence];
  const int64_t length = p.starts[sequence + 1] - start;
  const int64_t padded = AttentionPaddedLength(length);
  GatherHead(p, p.k, kv_head, start, length, s.keys);
  GatherHead(p, p.v, kv_head, start, length, s.values);
  std::fill(s.d_keys, s.d_keys + padded * dim, 0.0f);
  std::fill(s.d_values, s.d_values + padded * dim, 0.0f);
  for (int64_t t = 0; t < AttentionTilesOf(p, sequence); ++t) {
    const AttentionTile tile = AttentionTileOf(p, sequence, kv_head, t);
    StartTile(params, tile, s);
    for (int64_t first = AttentionFirstKey(p, tile); first <= tile.last_token;
         first += kAttentionBlockKeys) {
      BackwardBlock(params, tile, AttentionBlockAt(p, tile, first), s);
    }
    // They have served.
    std::fill_n(s.log_sums, TileColumns(tile), p.scale);
    StoreTransposed(p, tile, s.d_queries, s.log_sums, params.d_q);
  }
  for (int64_t key = 0; key < length; ++key) {
    const int64_t column = kv_head * p.head_dim;
    CopyRow(s.d_keys + key * dim, p.head_dim, p.head_dim,
            params.d_k.data + (start + key) * params.d_k.token_stride + column);
    CopyRow(s.d_values + key * dim, p.head_dim, p.head_dim,
            params.d_v.data + (start + key) * params.d_v.token_stride + column);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace kaito::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kaito::kernels {

HWY_EXPORT(BackwardHead);

namespace {

int64_t ScratchFloats(const AttentionParams& params) {
  return BackwardScratch::Floats(AttentionPaddedDim(params.head_dim),
                                 AttentionMaxPaddedLength(params));
}

}  // namespace

int64_t AttentionBackwardCpuWorkspaceBytes(const AttentionParams& params,
                                           int64_t workers) {
  return workers * ScratchFloats(params) * static_cast<int64_t>(sizeof(float));
}

void AttentionBackwardCpu(const AttentionBackwardParams& params,
                          Workers* workers) {
  const AttentionParams& p = params.forward;
  const int64_t floats = ScratchFloats(p);
  const int64_t length = AttentionMaxPaddedLength(p);
  ForEachTask(workers, p.sequences * p.kv_heads,
              [&](int64_t worker, int64_t task) {
                const BackwardScratch scratch(
                    static_cast<float*>(p.workspace) + worker * floats,
                    AttentionPaddedDim(p.head_dim), length);
                HWY_DYNAMIC_DISPATCH(BackwardHead)
                (params, task / p.kv_heads, task % p.kv_heads, scratch);
              });
}

}  // namespace kaito::kernels
#endif  // HWY_ONCE
