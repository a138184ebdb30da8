// What the forward and the backward pass do to a tile besides products: bring
// rows into the form that TileProduct() reads, scale, cap and mask scores. For
// attention_*_cpu.cc; included once for each target.
//
// A tile's matrices hold a query in each column ([keys or dimensions][rows of
// the tile]), so that a vector is 16 queries and softmax needs no sum across a
// vector.

#if defined(KAITO_KERNELS_ATTENTION_ATTENTION_TILE_INL_H_) == \
    defined(HWY_TARGET_TOGGLE)
#ifdef KAITO_KERNELS_ATTENTION_ATTENTION_TILE_INL_H_
#undef KAITO_KERNELS_ATTENTION_ATTENTION_TILE_INL_H_
#else
#define KAITO_KERNELS_ATTENTION_ATTENTION_TILE_INL_H_
#endif

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <limits>

#include "hwy/highway.h"
#include "kaito/kernels/attention/attention_cpu.h"
#include "kaito/kernels/attention/attention_params.h"
#include "kaito/kernels/attention/attention_plan.h"
#include "kaito/kernels/simd/exp2-inl.h"
#include "kaito/kernels/simd/tile_product-inl.h"

HWY_BEFORE_NAMESPACE();
namespace kaito::kernels {
namespace HWY_NAMESPACE {

inline constexpr float kLog2E = 1.44269504088896341f;
inline constexpr float kMinusInfinity = -std::numeric_limits<float>::infinity();

HWY_INLINE int64_t RoundUpTo(int64_t value, int64_t multiple) {
  return (value + multiple - 1) / multiple * multiple;
}

HWY_INLINE int64_t TileLanes() {
  return static_cast<int64_t>(::hwy::HWY_NAMESPACE::Lanes(TileTag()));
}

// Columns of a tile that are computed: whole vectors.
HWY_INLINE int64_t TileColumns(const AttentionTile& tile) {
  return RoundUpTo(tile.rows, TileLanes());
}

// The multiple of the products of q and k whose exponential in base 2 is taken,
// or, with a cap, whose hyperbolic tangent is (SoftcapScores).
HWY_INLINE float ProductScale(const AttentionParams& params) {
  return params.softcap == 0 ? params.scale * kLog2E
                             : params.scale * 2 * kLog2E / params.softcap;
}

HWY_INLINE const float* QueryRow(const AttentionParams& params,
                                 const AttentionInput& rows,
                                 const AttentionTile& tile, int64_t row) {
  const AttentionQuery query = AttentionQueryOf(params, tile, row);
  return rows.data + query.token * rows.token_stride +
         query.head * params.head_dim;
}

// Four elements of each row at a time, by way of memory: a third of the time
// that one after the other takes.
inline constexpr int64_t kTransposedFloats =
    4 * static_cast<int64_t>(::hwy::HWY_NAMESPACE::MaxLanes(TileTag()));

// out[d][row] = factor * rows' value; columns past the tile's rows become 0.
inline HWY_NOINLINE void GatherTransposed(const AttentionParams& params,
                                          const AttentionInput& rows,
                                          const AttentionTile& tile,
                                          float factor,
                                          float* HWY_RESTRICT out) {
  const int64_t lanes = TileLanes();
  const int64_t dim = params.head_dim;
  for (int64_t first = 0; first < tile.rows; first += lanes) {
    const int64_t count = std::min(lanes, tile.rows - first);
    const float* in[HWY_MAX_BYTES / sizeof(float)];
    for (int64_t lane = 0; lane < count; ++lane) {
      in[lane] = QueryRow(params, rows, tile, first + lane);
    }
    float* const columns = out + first;
    int64_t i = 0;
#if HWY_TARGET != HWY_SCALAR
    namespace hn = ::hwy::HWY_NAMESPACE;
    const TileTag d;
    const hn::FixedTag<float, 4> four;
    const auto factors = hn::Set(d, factor);
    alignas(64) float fours[kTransposedFloats] = {};
    for (; i + 4 <= dim; i += 4) {
      for (int64_t lane = 0; lane < count; ++lane) {
        hn::Store(hn::LoadU(four, in[lane] + i), four, fours + 4 * lane);
      }
      hn::Vec<TileTag> v[4];
      hn::LoadInterleaved4(d, fours, v[0], v[1], v[2], v[3]);
      for (int64_t j = 0; j < 4; ++j) {
        hn::StoreU(hn::Mul(factors, v[j]), d,
                   columns + (i + j) * kAttentionTileRows);
      }
    }
#endif
    for (; i < dim; ++i) {
      float* const row = columns + i * kAttentionTileRows;
      for (int64_t lane = 0; lane < lanes; ++lane) {
        row[lane] = lane < count ? factor * in[lane][i] : 0.0f;
      }
    }
  }
}

// The other way: at `to`, as rows of queries, factors[row] * in[d][row].
// `factors` has a number for each column.
inline HWY_NOINLINE void StoreTransposed(const AttentionParams& params,
                                         const AttentionTile& tile,
                                         const float* HWY_RESTRICT in,
                                         const float* HWY_RESTRICT factors,
                                         const AttentionOutput& to) {
  const int64_t lanes = TileLanes();
  const int64_t dim = params.head_dim;
  for (int64_t first = 0; first < tile.rows; first += lanes) {
    const int64_t count = std::min(lanes, tile.rows - first);
    float* out[HWY_MAX_BYTES / sizeof(float)];
    for (int64_t lane = 0; lane < count; ++lane) {
      const AttentionQuery query = AttentionQueryOf(params, tile, first + lane);
      out[lane] = to.data + query.token * to.token_stride + query.head * dim;
    }
    const float* const columns = in + first;
    int64_t i = 0;
#if HWY_TARGET != HWY_SCALAR
    namespace hn = ::hwy::HWY_NAMESPACE;
    const TileTag d;
    const hn::FixedTag<float, 4> four;
    const auto factor = hn::LoadU(d, factors + first);
    alignas(64) float fours[kTransposedFloats];
    for (; i + 4 <= dim; i += 4) {
      hn::Vec<TileTag> v[4];
      for (int64_t j = 0; j < 4; ++j) {
        v[j] = hn::Mul(factor,
                       hn::LoadU(d, columns + (i + j) * kAttentionTileRows));
      }
      hn::StoreInterleaved4(v[0], v[1], v[2], v[3], d, fours);
      for (int64_t lane = 0; lane < count; ++lane) {
        hn::StoreU(hn::Load(four, fours + 4 * lane), four, out[lane] + i);
      }
    }
#endif
    for (; i < dim; ++i) {
      for (int64_t lane = 0; lane < count; ++lane) {
        out[lane][i] =
            factors[first + lane] * columns[i * kAttentionTileRows + lane];
      }
    }
  }
}

// Zeros in the columns that are computed, of a row for each padded dimension.
HWY_INLINE void ClearColumns(const AttentionParams& params,
                             const AttentionTile& tile, float* out) {
  const int64_t columns = TileColumns(tile);
  for (int64_t i = 0; i < AttentionPaddedDim(params.head_dim); ++i) {
    std::fill_n(out + i * kAttentionTileRows, columns, 0.0f);
  }
}

// Copies one head's row and fills it up to `padded` with zeros.
HWY_INLINE void CopyRow(const float* HWY_RESTRICT in, int64_t size,
                        int64_t padded, float* HWY_RESTRICT out) {
  std::memcpy(out, in, static_cast<size_t>(size) * sizeof(float));
  std::fill(out + size, out + padded, 0.0f);
}

// One head's keys (or values) of `count` tokens from `first` on, one behind the
// other: [AttentionPaddedLength(count)][padded head_dim], zeros at the end. In a
// fused q | k | v batch each would be on a page of its own, many of them a
// multiple of 4096 bytes apart, where they push one another out of L1.
inline HWY_NOINLINE void GatherHead(const AttentionParams& params,
                                    const AttentionInput& rows, int64_t kv_head,
                                    int64_t first, int64_t count,
                                    float* HWY_RESTRICT out) {
  const int64_t padded = AttentionPaddedDim(params.head_dim);
  const float* const in =
      rows.data + first * rows.token_stride + kv_head * params.head_dim;
  for (int64_t key = 0; key < count; ++key) {
    CopyRow(in + key * rows.token_stride, params.head_dim, padded,
            out + key * padded);
  }
  std::fill(out + count * padded, out + AttentionPaddedLength(count) * padded,
            0.0f);
}

// tokens[row] for the columns of the tile; those past its rows see what the
// last one does.
HWY_INLINE void ListTokens(const AttentionParams& params,
                           const AttentionTile& tile, int32_t* tokens) {
  for (int64_t row = 0; row < TileColumns(tile); ++row) {
    tokens[row] = static_cast<int32_t>(
        AttentionQueryOf(params, tile, std::min(row, tile.rows - 1)).token);
  }
}

// In: 2 log2(e) / softcap times the scores. Out: log2(e) times the capped ones.
// tanh(x) = 1 - 2 / (e^2x + 1), whose error is some 2^-23 of the cap.
inline HWY_NOINLINE void SoftcapScores(const AttentionParams& params,
                                       int64_t columns, int64_t keys,
                                       float* HWY_RESTRICT scores) {
  namespace hn = ::hwy::HWY_NAMESPACE;
  const TileTag d;
  const auto one = hn::Set(d, 1.0f);
  const auto two = hn::Set(d, 2.0f);
  const auto limit = hn::Set(d, 126.0f);  // tanh is 1 long before it.
  const auto cap = hn::Set(d, params.softcap * kLog2E);
  for (int64_t key = 0; key < keys; ++key) {
    float* const row = scores + key * kAttentionTileRows;
    for (int64_t j = 0; j < columns; j += TileLanes()) {
      const auto x = hn::LoadU(d, row + j);
      const auto power = Exp2(d, hn::IfThenElse(hn::Gt(x, limit), limit, x));
      const auto t = hn::Sub(one, hn::Div(two, hn::Add(power, one)));
      hn::StoreU(hn::Mul(cap, t), d, row + j);
    }
  }
}

// Minus infinity for the keys that a row does not see.
inline HWY_NOINLINE void MaskScores(const AttentionParams& params,
                                    const AttentionBlock& block,
                                    int64_t columns,
                                    const int32_t* HWY_RESTRICT tokens,
                                    float* HWY_RESTRICT scores) {
  namespace hn = ::hwy::HWY_NAMESPACE;
  const TileTag d;
  const hn::RebindToSigned<TileTag> di;
  const auto hidden = hn::Set(d, kMinusInfinity);
  const int32_t window = static_cast<int32_t>(
      params.window == 0
          ? std::numeric_limits<int32_t>::max()
          : std::min<int64_t>(params.window,
                              std::numeric_limits<int32_t>::max()));
  for (int64_t key = 0; key < block.keys; ++key) {
    float* const row = scores + key * kAttentionTileRows;
    const auto position = hn::Set(di, static_cast<int32_t>(block.first + key));
    for (int64_t j = 0; j < columns; j += TileLanes()) {
      // Keys back from the token; negative for those after it.
      const auto back = hn::Sub(hn::LoadU(di, tokens + j), position);
      const auto seen = hn::AndNot(hn::Lt(back, hn::Zero(di)),
                                   hn::Lt(back, hn::Set(di, window)));
      hn::StoreU(hn::IfThenElse(hn::RebindMask(d, seen), hn::LoadU(d, row + j),
                                hidden),
                 d, row + j);
    }
  }
}

// scores[key][row] of a block in bits, capped and masked. `keys` is the block's
// first one; up to 7 past the last are read, and have scores that mean nothing.
HWY_INLINE void Scores(const AttentionParams& params, const AttentionTile& tile,
                       const AttentionBlock& block, const float* keys,
                       const float* queries, const int32_t* tokens,
                       float* scores) {
  const int64_t columns = TileColumns(tile);
  TileProduct<TileA::kRows, TileC::kOverwrite>(
      {.m = RoundUpTo(block.keys, 8), .n = columns, .depth = params.head_dim},
      keys, AttentionPaddedDim(params.head_dim), queries, kAttentionTileRows,
      scores, kAttentionTileRows);
  if (params.softcap != 0) SoftcapScores(params, columns, block.keys, scores);
  if (block.masked) MaskScores(params, block, columns, tokens, scores);
}

}  // namespace HWY_NAMESPACE
}  // namespace kaito::kernels
HWY_AFTER_NAMESPACE();

#endif  // KAITO_KERNELS_ATTENTION_ATTENTION_TILE_INL_H_
