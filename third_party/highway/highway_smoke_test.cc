// A sum compiled once for each instruction set and chosen at run time, against
// a plain loop. The pattern of every op_cpu.cc under kaito/kernels.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <vector>

#include "gtest/gtest.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "third_party/highway/highway_smoke_test.cc"
#include "hwy/foreach_target.h"  // Includes this file once for each target.
// After foreach_target.h, which must come first.
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace kaito {
namespace HWY_NAMESPACE {
namespace hn = ::hwy::HWY_NAMESPACE;

int64_t Sum(const int32_t* x, size_t n) {
  const hn::ScalableTag<int32_t> d;
  auto sums = hn::Zero(d);
  size_t i = 0;
  for (; i + hn::Lanes(d) <= n; i += hn::Lanes(d)) {
    sums = hn::Add(sums, hn::LoadU(d, x + i));
  }
  int64_t sum = hn::GetLane(hn::SumOfLanes(d, sums));
  for (; i < n; ++i) sum += x[i];
  return sum;
}

int64_t TargetHere() { return HWY_TARGET; }

}  // namespace HWY_NAMESPACE
}  // namespace kaito
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kaito {
namespace {

HWY_EXPORT(Sum);
HWY_EXPORT(TargetHere);

TEST(Highway, DispatchedSumEqualsAPlainLoop) {
  std::vector<int32_t> x;
  for (const size_t n : {0, 1, 7, 8, 9, 63, 64, 65, 1000}) {
    x.clear();
    int64_t want = 0;
    for (size_t i = 0; i < n; ++i) {
      x.push_back(static_cast<int32_t>(i * i % 1009) - 500);
      want += x.back();
    }
    EXPECT_EQ(HWY_DYNAMIC_DISPATCH(Sum)(x.data(), n), want) << n;
  }
}

TEST(Highway, ChoosesATargetOfThisProcessor) {
  const int64_t chosen = HWY_DYNAMIC_DISPATCH(TargetHere)();
  std::printf("target: %s\n", hwy::TargetName(chosen));
  EXPECT_NE(hwy::SupportedTargets() & chosen, 0);
}

}  // namespace
}  // namespace kaito
#endif  // HWY_ONCE
