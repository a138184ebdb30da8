// Every output is a dot product along k, in one vector of sums for whole
// vectors and one number for the tail, added at the end: an order that depends
// on k alone. Tiles of 8 x 1 to 4 x 4 (rows of W, rows of x) share the loads.

#include "kaito/kernels/row_matmul/row_matmul_cpu.h"

#include <algorithm>
#include <cstdint>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kaito/kernels/row_matmul/row_matmul_cpu.cc"
#include "hwy/foreach_target.h"  // Compiles this file once for each target.
// Must follow it.
#include "hwy/highway.h"
#include "kaito/kernels/parallel/workers.h"
#include "kaito/kernels/types.h"

HWY_BEFORE_NAMESPACE();
namespace kaito::kernels {
namespace HWY_NAMESPACE {
namespace {
namespace hn = ::hwy::HWY_NAMESPACE;

using F32 = hn::CappedTag<float, 16>;
using One = hn::CappedTag<float, 1>;

template <class D>
HWY_INLINE hn::Vec<D> LoadWeights(D d, const float* w) {
  return hn::LoadU(d, w);
}

template <class D>
HWY_INLINE hn::Vec<D> LoadWeights(D d, const bf16* w) {
  const hn::Rebind<uint16_t, D> d16;
  const hn::Rebind<uint32_t, D> d32;
  const auto bits = hn::LoadU(d16, reinterpret_cast<const uint16_t*>(w));
  return hn::BitCast(d, hn::ShiftLeft<16>(hn::PromoteTo(d32, bits)));
}

// kWords rows of W from `word` on times kRows rows of x from `row` on.
template <int kWords, int kRows, typename W>
HWY_NOINLINE void Tile(const RowMatmulParams& p, int64_t word, int64_t row) {
  const F32 d;
  const One one;
  const int64_t k = p.k;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  const W* const w = static_cast<const W*>(p.w) + word * k;
  const float* const x = p.x + row * k;
  hn::Vec<F32> sums[kWords][kRows];
  hn::Vec<One> tails[kWords][kRows];
  HWY_UNROLL(8)
  for (int i = 0; i < kWords; ++i) {
    HWY_UNROLL(4)
    for (int j = 0; j < kRows; ++j) {
      sums[i][j] = hn::Zero(d);
      tails[i][j] = hn::Zero(one);
    }
  }
  int64_t at = 0;
  for (; at + lanes <= k; at += lanes) {
    hn::Vec<F32> xs[kRows];
    HWY_UNROLL(4)
    for (int j = 0; j < kRows; ++j) xs[j] = hn::LoadU(d, x + j * k + at);
    HWY_UNROLL(8)
    for (int i = 0; i < kWords; ++i) {
      const auto ws = LoadWeights(d, w + i * k + at);
      HWY_UNROLL(4)
      for (int j = 0; j < kRows; ++j) {
        sums[i][j] = hn::MulAdd(ws, xs[j], sums[i][j]);
      }
    }
  }
  for (; at < k; ++at) {
    for (int i = 0; i < kWords; ++i) {
      const auto ws = LoadWeights(one, w + i * k + at);
      for (int j = 0; j < kRows; ++j) {
        tails[i][j] =
            hn::MulAdd(ws, hn::LoadU(one, x + j * k + at), tails[i][j]);
      }
    }
  }
  for (int j = 0; j < kRows; ++j) {
    float* const y = p.y + (row + j) * p.n + word;
    for (int i = 0; i < kWords; ++i) {
      const float sum =
          hn::GetLane(hn::SumOfLanes(d, sums[i][j])) + hn::GetLane(tails[i][j]);
      y[i] = p.accumulate ? y[i] + sum : sum;
    }
  }
}

template <int kWords, int kRows, typename W>
HWY_INLINE void Words(const RowMatmulParams& p, int64_t begin, int64_t end,
                      int64_t row) {
  int64_t word = begin;
  for (; word + kWords <= end; word += kWords) {
    Tile<kWords, kRows, W>(p, word, row);
  }
  for (; word < end; ++word) Tile<1, kRows, W>(p, word, row);
}

template <typename W>
void Columns(const RowMatmulParams& p, int64_t begin, int64_t end) {
  // Rows of W that stay in the second cache while all of x goes by.
  constexpr int64_t kBlockBytes = int64_t{128} << 10;
  const int64_t block = std::max<int64_t>(
      8, kBlockBytes /
             (std::max<int64_t>(1, p.k) * static_cast<int64_t>(sizeof(W))) / 8 *
             8);
  for (int64_t word = begin; word < end; word += block) {
    const int64_t stop = std::min(end, word + block);
    for (int64_t row = 0; row < p.m; row += 4) {
      switch (std::min<int64_t>(4, p.m - row)) {
        case 1:
          Words<8, 1, W>(p, word, stop, row);
          break;
        case 2:
          Words<4, 2, W>(p, word, stop, row);
          break;
        case 3:
          Words<4, 3, W>(p, word, stop, row);
          break;
        default:
          Words<4, 4, W>(p, word, stop, row);
          break;
      }
    }
  }
}

void ColumnsF32(const RowMatmulParams& p, int64_t begin, int64_t end) {
  Columns<float>(p, begin, end);
}

void ColumnsBf16(const RowMatmulParams& p, int64_t begin, int64_t end) {
  Columns<bf16>(p, begin, end);
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace kaito::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kaito::kernels {
namespace {

HWY_EXPORT(ColumnsF32);
HWY_EXPORT(ColumnsBf16);

// Some 10 us of one row, which is bound by reading W.
constexpr int64_t kGrainProducts = 65536;

}  // namespace

void RowMatmulCpu(const RowMatmulParams& p, Workers* workers) {
  const int64_t products = std::max<int64_t>(1, p.k * p.m);
  const int64_t grain = std::max<int64_t>(1, kGrainProducts / products / 8) * 8;
  ParallelFor(workers, p.n, grain, [&](int64_t begin, int64_t end) {
    if (p.w_type == FloatType::kF32) {
      HWY_DYNAMIC_DISPATCH(ColumnsF32)(p, begin, end);
    } else {
      HWY_DYNAMIC_DISPATCH(ColumnsBf16)(p, begin, end);
    }
  });
}

}  // namespace kaito::kernels
#endif  // HWY_ONCE
