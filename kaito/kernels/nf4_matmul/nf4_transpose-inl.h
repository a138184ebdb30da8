// Rows of f32 to lanes and back, for the panels of nf4_matmul: four elements of
// each row at a time by way of memory, which takes a third of the time that one
// after the other does.

#if defined(KAITO_KERNELS_NF4_MATMUL_NF4_TRANSPOSE_INL_H_) == \
    defined(HWY_TARGET_TOGGLE)
#ifdef KAITO_KERNELS_NF4_MATMUL_NF4_TRANSPOSE_INL_H_
#undef KAITO_KERNELS_NF4_MATMUL_NF4_TRANSPOSE_INL_H_
#else
#define KAITO_KERNELS_NF4_MATMUL_NF4_TRANSPOSE_INL_H_
#endif

#include <cstdint>

#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace kaito::kernels {
namespace HWY_NAMESPACE {
namespace hn = ::hwy::HWY_NAMESPACE;

#if HWY_TARGET != HWY_SCALAR

using TransposeF32 = hn::CappedTag<float, 16>;
using Four = hn::FixedTag<float, 4>;
constexpr int64_t kFours =
    4 * static_cast<int64_t>(hn::MaxLanes(TransposeF32()));

// panel[p * width + lane] = in[lane * stride + p] for p < depth, and zeros in
// lanes from `count` on. Returns how much of the depth was done.
HWY_INLINE int64_t TransposeIn(const float* in, int64_t stride, int64_t count,
                               int64_t depth, int64_t width, float* panel) {
  const TransposeF32 f32;
  alignas(64) float fours[kFours] = {};
  int64_t p = 0;
  for (; p + 4 <= depth; p += 4) {
    for (int64_t lane = 0; lane < count; ++lane) {
      hn::Store(hn::LoadU(Four(), in + lane * stride + p), Four(),
                fours + 4 * lane);
    }
    hn::Vec<TransposeF32> v[4];
    hn::LoadInterleaved4(f32, fours, v[0], v[1], v[2], v[3]);
    for (int64_t i = 0; i < 4; ++i) {
      hn::StoreU(v[i], f32, panel + (p + i) * width);
    }
  }
  return p;
}

// out[lane * stride + row] (+)= sums[row * sums_stride + lane] for row < rows
// and lanes below `count`. Returns how many rows were done.
HWY_INLINE int64_t TransposeOut(const float* sums, int64_t sums_stride,
                                int64_t count, int64_t rows, int64_t stride,
                                bool accumulate, float* out) {
  const TransposeF32 f32;
  alignas(64) float fours[kFours];
  int64_t row = 0;
  for (; row + 4 <= rows; row += 4) {
    const float* const from = sums + row * sums_stride;
    hn::StoreInterleaved4(hn::LoadU(f32, from),
                          hn::LoadU(f32, from + sums_stride),
                          hn::LoadU(f32, from + 2 * sums_stride),
                          hn::LoadU(f32, from + 3 * sums_stride), f32, fours);
    for (int64_t lane = 0; lane < count; ++lane) {
      float* const to = out + lane * stride + row;
      auto v = hn::Load(Four(), fours + 4 * lane);
      if (accumulate) v = hn::Add(hn::LoadU(Four(), to), v);
      hn::StoreU(v, Four(), to);
    }
  }
  return row;
}

#endif  // HWY_TARGET != HWY_SCALAR

}  // namespace HWY_NAMESPACE
}  // namespace kaito::kernels
HWY_AFTER_NAMESPACE();

#endif  // KAITO_KERNELS_NF4_MATMUL_NF4_TRANSPOSE_INL_H_
