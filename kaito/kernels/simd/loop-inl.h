// Loops over floats in whole vectors, then one by one; included once for each
// target by <op>_cpu.cc, after hwy/foreach_target.h.
//
//   ForEachVector(n, [&](auto d, int64_t i) HWY_ATTR {
//     hn::StoreU(hn::Neg(hn::LoadU(d, x + i)), d, y + i);
//   });
//
// A body gets its tag d: that of whole vectors, or of one lane for the tail.
// Nothing beyond the last element is touched. The same count gives the same
// order of operations, whatever the thread.

#if defined(KAITO_KERNELS_SIMD_LOOP_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef KAITO_KERNELS_SIMD_LOOP_INL_H_
#undef KAITO_KERNELS_SIMD_LOOP_INL_H_
#else
#define KAITO_KERNELS_SIMD_LOOP_INL_H_
#endif

#include <cstdint>

#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace kaito::kernels {
namespace HWY_NAMESPACE {

template <class Body>
HWY_INLINE void ForEachVector(int64_t count, const Body& body) {
  namespace hn = hwy::HWY_NAMESPACE;
  const hn::ScalableTag<float> d;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  int64_t i = 0;
  for (; i + lanes <= count; i += lanes) body(d, i);
  const hn::CappedTag<float, 1> one;
  for (; i < count; ++i) body(one, i);
}

// The sum of accumulate(d, i, 0) over all i; accumulate(d, i, sum) adds the
// terms of the vector at i to `sum`. Four sums hide the additions' latency.
template <class Accumulate>
HWY_INLINE float SumOverVectors(int64_t count, const Accumulate& accumulate) {
  namespace hn = hwy::HWY_NAMESPACE;
  const hn::ScalableTag<float> d;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  auto sum0 = hn::Zero(d);
  auto sum1 = hn::Zero(d);
  auto sum2 = hn::Zero(d);
  auto sum3 = hn::Zero(d);
  int64_t i = 0;
  for (; i + 4 * lanes <= count; i += 4 * lanes) {
    sum0 = accumulate(d, i, sum0);
    sum1 = accumulate(d, i + lanes, sum1);
    sum2 = accumulate(d, i + 2 * lanes, sum2);
    sum3 = accumulate(d, i + 3 * lanes, sum3);
  }
  for (; i + lanes <= count; i += lanes) sum0 = accumulate(d, i, sum0);
  const hn::CappedTag<float, 1> one;
  auto tail = hn::Zero(one);
  for (; i < count; ++i) tail = accumulate(one, i, tail);
  const auto sums = hn::Add(hn::Add(sum0, sum1), hn::Add(sum2, sum3));
  return hn::GetLane(hn::SumOfLanes(d, sums)) + hn::GetLane(tail);
}

}  // namespace HWY_NAMESPACE
}  // namespace kaito::kernels
HWY_AFTER_NAMESPACE();

#endif  // Once for each target.
