// The skinny products of LoRA on tiles, where one side is the rank:
//   DotTile:   c[i][k] += sum over j of x[i][j] w[k][j]
//   PanelTile: the same with w as [j][k]
//   AddTile:   y[i][j] += scale * sum over k of t[i][k] w[k][j]
//   OuterTile: d[k][j] += sum over i of t[i][k] x[i][j]
// Included once for each target by lora_cpu.cc, after hwy/foreach_target.h.
//
// Each element has one sum of its own, whose order doesn't depend on the block
// of rows or ranks that it is computed in.

#if defined(KAITO_KERNELS_LORA_LORA_TILES_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef KAITO_KERNELS_LORA_LORA_TILES_INL_H_
#undef KAITO_KERNELS_LORA_LORA_TILES_INL_H_
#else
#define KAITO_KERNELS_LORA_LORA_TILES_INL_H_
#endif

#include <algorithm>
#include <cstdint>

#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace kaito::kernels {
namespace HWY_NAMESPACE {
namespace {
namespace hn = ::hwy::HWY_NAMESPACE;

struct ConstMatrix {
  const float* data;
  int64_t stride;
};

struct Matrix {
  float* data;
  int64_t stride;
};

// Sums that registers hold: twice as many rows or ranks where there are 32.
constexpr int kWide = HWY_MAX_BYTES == 64 ? 8 : 4;

// Four rows of x by four of A and this many columns are 16 KiB: half an L1.
constexpr int64_t kDotColumns = 512;

// A packed tile [rank, columns]: 64 KiB at most, which stay in L2 beside what
// streams by; 32 KiB, an L1, at ranks up to 16.
constexpr int64_t kTileFloats = 16384;

inline int64_t TileColumns(int64_t rank) {
  return std::clamp<int64_t>(kTileFloats / rank / 64 * 64, 64, 512);
}

// Copies rows of [rank, ...]. Packed, they don't fall on the same sets of the
// cache where the stride is a multiple of 4096 bytes.
inline void PackRows(const float* from, int64_t stride, int64_t columns,
                     int64_t rank, float* tile, int64_t tile_stride) {
  for (int64_t k = 0; k < rank; ++k) {
    std::copy_n(from + k * stride, columns, tile + k * tile_stride);
  }
}

// [columns, rank] -> [rank, columns].
inline void PackTransposed(const float* from, int64_t columns, int64_t rank,
                           float* tile, int64_t tile_stride) {
  for (int64_t j = 0; j < columns; ++j) {
    for (int64_t k = 0; k < rank; ++k) {
      tile[k * tile_stride + j] = from[j * rank + k];
    }
  }
}

#if HWY_TARGET != HWY_SCALAR
// The sums of four vectors' lanes: half the instructions of one by one.
template <class D, class V = hn::Vec<D>>
HWY_INLINE hn::Vec<hn::FixedTag<float, 4>> SumsOfFour(D d, V v0, V v1, V v2,
                                                      V v3) {
  if constexpr (hn::MaxLanes(D()) > 4) {
    const hn::Half<D> half;
    return SumsOfFour(
        half, hn::Add(hn::LowerHalf(half, v0), hn::UpperHalf(half, v0)),
        hn::Add(hn::LowerHalf(half, v1), hn::UpperHalf(half, v1)),
        hn::Add(hn::LowerHalf(half, v2), hn::UpperHalf(half, v2)),
        hn::Add(hn::LowerHalf(half, v3), hn::UpperHalf(half, v3)));
  } else {
    const V v01 =
        hn::Add(hn::InterleaveLower(d, v0, v1), hn::InterleaveUpper(d, v0, v1));
    const V v23 =
        hn::Add(hn::InterleaveLower(d, v2, v3), hn::InterleaveUpper(d, v2, v3));
    return hn::Add(hn::ConcatLowerLower(d, v23, v01),
                   hn::ConcatUpperUpper(d, v23, v01));
  }
}
#endif

template <int kRanks, class D>
HWY_INLINE void SumsOfLanes(D d, const hn::Vec<D>* v, float* sums) {
#if HWY_TARGET != HWY_SCALAR
  if constexpr (kRanks == 4) {
    hn::StoreU(SumsOfFour(d, v[0], v[1], v[2], v[3]), hn::FixedTag<float, 4>(),
               sums);
    return;
  }
#endif
  for (int k = 0; k < kRanks; ++k) {
    sums[k] = hn::GetLane(hn::SumOfLanes(d, v[k]));
  }
}

template <int kRows, int kRanks>
HWY_INLINE void DotBlock(ConstMatrix x, ConstMatrix w, int64_t columns,
                         Matrix c) {
  const hn::ScalableTag<float> d;
  using V = hn::Vec<decltype(d)>;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  V sums[kRows][kRanks];
  for (auto& row : sums) {
    for (V& sum : row) sum = hn::Zero(d);
  }
  int64_t j = 0;
  for (; j + lanes <= columns; j += lanes) {
    V wv[kRanks];
    for (int k = 0; k < kRanks; ++k) {
      wv[k] = hn::LoadU(d, w.data + k * w.stride + j);
    }
    for (int i = 0; i < kRows; ++i) {
      const V xv = hn::LoadU(d, x.data + i * x.stride + j);
      for (int k = 0; k < kRanks; ++k) {
        sums[i][k] = hn::MulAdd(xv, wv[k], sums[i][k]);
      }
    }
  }
  for (int i = 0; i < kRows; ++i) {
    float row[kRanks];
    SumsOfLanes<kRanks>(d, sums[i], row);
    for (int k = 0; k < kRanks; ++k) {
      for (int64_t tail = j; tail < columns; ++tail) {
        row[k] += x.data[i * x.stride + tail] * w.data[k * w.stride + tail];
      }
      c.data[i * c.stride + k] += row[k];
    }
  }
}

template <int kRows>
void DotRows(ConstMatrix x, ConstMatrix w, int64_t rank, int64_t columns,
             Matrix c) {
  int64_t k = 0;
  for (; k + 4 <= rank; k += 4) {
    DotBlock<kRows, 4>(x, {w.data + k * w.stride, w.stride}, columns,
                       {c.data + k, c.stride});
  }
  for (; k < rank; ++k) {
    DotBlock<kRows, 1>(x, {w.data + k * w.stride, w.stride}, columns,
                       {c.data + k, c.stride});
  }
}

inline void DotTile(ConstMatrix x, ConstMatrix w, int64_t rows, int64_t rank,
                    int64_t columns, Matrix c) {
  int64_t i = 0;
  for (; i + 4 <= rows; i += 4) {
    DotRows<4>({x.data + i * x.stride, x.stride}, w, rank, columns,
               {c.data + i * c.stride, c.stride});
  }
  for (; i < rows; ++i) {
    DotRows<1>({x.data + i * x.stride, x.stride}, w, rank, columns,
               {c.data + i * c.stride, c.stride});
  }
}

// Adds the first `count` lanes of kVectors vectors to `to`.
template <int kVectors, class D>
HWY_INLINE void AddLanes(D d, const hn::Vec<D>* v, int64_t count, float* to) {
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  if (count >= kVectors * lanes) {
    for (int i = 0; i < kVectors; ++i) {
      float* const at = to + i * lanes;
      hn::StoreU(hn::Add(hn::LoadU(d, at), v[i]), d, at);
    }
    return;
  }
  HWY_ALIGN float sums[kVectors * hn::MaxLanes(D())];
  for (int i = 0; i < kVectors; ++i) hn::Store(v[i], d, sums + i * lanes);
  for (int64_t k = 0; k < count; ++k) to[k] += sums[k];
}

// Ranks [0, count) of kVectors vectors.
template <int kRows, int kVectors>
HWY_INLINE void PanelBlock(ConstMatrix x, ConstMatrix w, int64_t columns,
                           int64_t count, Matrix c) {
  const hn::ScalableTag<float> d;
  using V = hn::Vec<decltype(d)>;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  V sums[kRows][kVectors];
  for (auto& row : sums) {
    for (V& sum : row) sum = hn::Zero(d);
  }
  for (int64_t j = 0; j < columns; ++j) {
    V wv[kVectors];
    for (int v = 0; v < kVectors; ++v) {
      wv[v] = hn::LoadU(d, w.data + j * w.stride + v * lanes);
    }
    for (int i = 0; i < kRows; ++i) {
      const V xv = hn::Set(d, x.data[i * x.stride + j]);
      for (int v = 0; v < kVectors; ++v) {
        sums[i][v] = hn::MulAdd(xv, wv[v], sums[i][v]);
      }
    }
  }
  for (int i = 0; i < kRows; ++i) {
    AddLanes<kVectors>(d, sums[i], count, c.data + i * c.stride);
  }
}

// A row of w holds whole vectors of ranks: what lies behind `rank` is read and
// not used.
template <int kRows>
void PanelRows(ConstMatrix x, ConstMatrix w, int64_t rank, int64_t columns,
               Matrix c) {
  const hn::ScalableTag<float> d;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  int64_t k = 0;
  for (; k + lanes < rank; k += 2 * lanes) {
    PanelBlock<kRows, 2>(x, {w.data + k, w.stride}, columns, rank - k,
                         {c.data + k, c.stride});
  }
  if (k < rank) {
    PanelBlock<kRows, 1>(x, {w.data + k, w.stride}, columns, rank - k,
                         {c.data + k, c.stride});
  }
}

inline void PanelTile(ConstMatrix x, ConstMatrix w, int64_t rows, int64_t rank,
                      int64_t columns, Matrix c) {
  int64_t i = 0;
  for (; i + kWide <= rows; i += kWide) {
    PanelRows<kWide>({x.data + i * x.stride, x.stride}, w, rank, columns,
                     {c.data + i * c.stride, c.stride});
  }
  for (; i < rows; ++i) {
    PanelRows<1>({x.data + i * x.stride, x.stride}, w, rank, columns,
                 {c.data + i * c.stride, c.stride});
  }
}

// kVectors vectors of d's lanes, from column 0.
template <int kRows, int kVectors, class D>
HWY_INLINE void AddBlock(D d, ConstMatrix t, ConstMatrix w, int64_t rank,
                         float scale, Matrix y) {
  using V = hn::Vec<D>;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  V sums[kRows][kVectors];
  for (auto& row : sums) {
    for (V& sum : row) sum = hn::Zero(d);
  }
  for (int64_t k = 0; k < rank; ++k) {
    V wv[kVectors];
    for (int v = 0; v < kVectors; ++v) {
      wv[v] = hn::LoadU(d, w.data + k * w.stride + v * lanes);
    }
    for (int i = 0; i < kRows; ++i) {
      const V tv = hn::Set(d, t.data[i * t.stride + k]);
      for (int v = 0; v < kVectors; ++v) {
        sums[i][v] = hn::MulAdd(tv, wv[v], sums[i][v]);
      }
    }
  }
  for (int i = 0; i < kRows; ++i) {
    for (int v = 0; v < kVectors; ++v) {
      float* const at = y.data + i * y.stride + v * lanes;
      hn::StoreU(hn::MulAdd(hn::Set(d, scale), sums[i][v], hn::LoadU(d, at)), d,
                 at);
    }
  }
}

template <int kRows>
void AddRows(ConstMatrix t, ConstMatrix w, int64_t rank, int64_t columns,
             float scale, Matrix y) {
  const hn::ScalableTag<float> d;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  int64_t j = 0;
  for (; j + 2 * lanes <= columns; j += 2 * lanes) {
    AddBlock<kRows, 2>(d, t, {w.data + j, w.stride}, rank, scale,
                       {y.data + j, y.stride});
  }
  for (; j + lanes <= columns; j += lanes) {
    AddBlock<kRows, 1>(d, t, {w.data + j, w.stride}, rank, scale,
                       {y.data + j, y.stride});
  }
  for (; j < columns; ++j) {
    AddBlock<kRows, 1>(hn::CappedTag<float, 1>(), t, {w.data + j, w.stride},
                       rank, scale, {y.data + j, y.stride});
  }
}

inline void AddTile(ConstMatrix t, ConstMatrix w, int64_t rows, int64_t rank,
                    int64_t columns, float scale, Matrix y) {
  int64_t i = 0;
  for (; i + 4 <= rows; i += 4) {
    AddRows<4>({t.data + i * t.stride, t.stride}, w, rank, columns, scale,
               {y.data + i * y.stride, y.stride});
  }
  for (; i < rows; ++i) {
    AddRows<1>({t.data + i * t.stride, t.stride}, w, rank, columns, scale,
               {y.data + i * y.stride, y.stride});
  }
}

template <int kRanks, int kVectors, class D>
HWY_INLINE void OuterBlock(D d, ConstMatrix t, ConstMatrix x, int64_t rows,
                           Matrix out) {
  using V = hn::Vec<D>;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  V sums[kRanks][kVectors];
  for (int k = 0; k < kRanks; ++k) {
    for (int v = 0; v < kVectors; ++v) {
      sums[k][v] = hn::LoadU(d, out.data + k * out.stride + v * lanes);
    }
  }
  for (int64_t i = 0; i < rows; ++i) {
    V xv[kVectors];
    for (int v = 0; v < kVectors; ++v) {
      xv[v] = hn::LoadU(d, x.data + i * x.stride + v * lanes);
    }
    for (int k = 0; k < kRanks; ++k) {
      const V tv = hn::Set(d, t.data[i * t.stride + k]);
      for (int v = 0; v < kVectors; ++v) {
        sums[k][v] = hn::MulAdd(tv, xv[v], sums[k][v]);
      }
    }
  }
  for (int k = 0; k < kRanks; ++k) {
    for (int v = 0; v < kVectors; ++v) {
      hn::StoreU(sums[k][v], d, out.data + k * out.stride + v * lanes);
    }
  }
}

// All ranks of kVectors vectors of columns.
template <int kVectors, class D>
HWY_INLINE void OuterRanks(D d, ConstMatrix t, ConstMatrix x, int64_t rows,
                           int64_t rank, Matrix out) {
  int64_t k = 0;
  for (; k + kWide <= rank; k += kWide) {
    OuterBlock<kWide, kVectors>(d, {t.data + k, t.stride}, x, rows,
                                {out.data + k * out.stride, out.stride});
  }
  for (; k < rank; ++k) {
    OuterBlock<1, kVectors>(d, {t.data + k, t.stride}, x, rows,
                            {out.data + k * out.stride, out.stride});
  }
}

inline void OuterTile(ConstMatrix t, ConstMatrix x, int64_t rows, int64_t rank,
                      int64_t columns, Matrix out) {
  // Sums are read and written once a block, 128 bytes of each row once for
  // each kWide ranks: 4 KiB, which stay in L1 but where rows are a multiple of
  // 4096 bytes apart.
  constexpr int64_t kRowBlock = 32;
  const hn::ScalableTag<float> d;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  for (int64_t i = 0; i < rows; i += kRowBlock) {
    const int64_t block = std::min(kRowBlock, rows - i);
    const ConstMatrix tb = {t.data + i * t.stride, t.stride};
    const float* const xb = x.data + i * x.stride;
    int64_t j = 0;
    for (; j + 2 * lanes <= columns; j += 2 * lanes) {
      OuterRanks<2>(d, tb, {xb + j, x.stride}, block, rank,
                    {out.data + j, out.stride});
    }
    for (; j + lanes <= columns; j += lanes) {
      OuterRanks<1>(d, tb, {xb + j, x.stride}, block, rank,
                    {out.data + j, out.stride});
    }
    for (; j < columns; ++j) {
      OuterRanks<1>(hn::CappedTag<float, 1>(), tb, {xb + j, x.stride}, block,
                    rank, {out.data + j, out.stride});
    }
  }
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace kaito::kernels
HWY_AFTER_NAMESPACE();

#endif  // Once for each target.
