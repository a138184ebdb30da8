// The three skinny products of LoRA on tiles, where one side is the rank:
//   DotTile:   c[i][k] += sum over j of x[i][j] w[k][j]
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
    for (int k = 0; k < kRanks; ++k) {
      float sum = hn::GetLane(hn::SumOfLanes(d, sums[i][k]));
      for (int64_t tail = j; tail < columns; ++tail) {
        sum += x.data[i * x.stride + tail] * w.data[k * w.stride + tail];
      }
      c.data[i * c.stride + k] += sum;
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
  for (; k + 4 <= rank; k += 4) {
    OuterBlock<4, kVectors>(d, {t.data + k, t.stride}, x, rows,
                            {out.data + k * out.stride, out.stride});
  }
  for (; k < rank; ++k) {
    OuterBlock<1, kVectors>(d, {t.data + k, t.stride}, x, rows,
                            {out.data + k * out.stride, out.stride});
  }
}

inline void OuterTile(ConstMatrix t, ConstMatrix x, int64_t rows, int64_t rank,
                      int64_t columns, Matrix out) {
  // As many as an L1 has ways: where rows are a multiple of 4096 bytes apart,
  // the same columns of more rows would push each other out between ranks.
  constexpr int64_t kRowBlock = 8;
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
