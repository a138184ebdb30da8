#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "gtest/gtest.h"
#include "kaito/kernels/testing/cpu_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kaito/kernels/simd/exp2_test.cc"
#include "hwy/foreach_target.h"  // Includes this file once for each target.
// Must follow it.
#include "hwy/highway.h"
#include "kaito/kernels/simd/exp2-inl.h"

HWY_BEFORE_NAMESPACE();
namespace kaito::kernels {
namespace HWY_NAMESPACE {
namespace hn = ::hwy::HWY_NAMESPACE;

// `count` is a multiple of 64.
void Exp2All(const float* x, int64_t count, float* out) {
  const hn::ScalableTag<float> d;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  for (int64_t i = 0; i < count; i += lanes) {
    hn::StoreU(Exp2(d, hn::LoadU(d, x + i)), d, out + i);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace kaito::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kaito::kernels {
namespace {

HWY_EXPORT(Exp2All);

std::vector<float> Exp2Of(std::vector<float> x) {
  x.resize((x.size() + 63) / 64 * 64);
  std::vector<float> out(x.size());
  HWY_DYNAMIC_DISPATCH(Exp2All)
  (x.data(), static_cast<int64_t>(x.size()), out.data());
  return out;
}

TEST(Exp2, RelativeErrorIsWithinItsBoundOnEveryTarget) {
  std::vector<float> x;
  for (float v = -126; v <= 127; v += 0x1p-9f) x.push_back(v);
  // Densely where softmax' large weights are, and around the cuts of Round().
  for (float v = -2; v <= 2; v += 0x1p-17f) x.push_back(v);
  testing::ForEachCpuTarget([&] {
    const std::vector<float> got = Exp2Of(x);
    double worst = 0;
    for (size_t i = 0; i < x.size(); ++i) {
      const double want = std::exp2(double{x[i]});
      worst = std::max(worst, std::abs(got[i] - want) / want);
    }
    EXPECT_LE(worst, 0x1p-22);
    EXPECT_GT(worst, 0);
  });
}

TEST(Exp2, IsExactAtIntegersZeroBelowAndNanForNan) {
  constexpr float kInf = std::numeric_limits<float>::infinity();
  testing::ForEachCpuTarget([&] {
    const std::vector<float> got =
        Exp2Of({0, -1, 10, -126, -127, -1e30f, -kInf, std::nanf(""), -0.0f});
    EXPECT_EQ(got[0], 1);
    EXPECT_EQ(got[1], 0.5f);
    EXPECT_EQ(got[2], 1024);
    EXPECT_EQ(got[3], 0x1p-126f);
    EXPECT_EQ(got[4], 0);
    EXPECT_EQ(got[5], 0);
    EXPECT_EQ(got[6], 0);
    EXPECT_TRUE(std::isnan(got[7]));
    EXPECT_EQ(got[8], 1);
  });
}

}  // namespace
}  // namespace kaito::kernels
#endif  // HWY_ONCE
