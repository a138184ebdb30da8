#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "gtest/gtest.h"
#include "kaito/kernels/testing/cpu_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kaito/kernels/simd/exp_test.cc"
#include "hwy/foreach_target.h"  // Compiles this file once for each target.
// Must follow it.
#include "hwy/highway.h"
#include "kaito/kernels/simd/exp-inl.h"
#include "kaito/kernels/simd/loop-inl.h"

HWY_BEFORE_NAMESPACE();
namespace kaito::kernels {
namespace HWY_NAMESPACE {
namespace {
namespace hn = ::hwy::HWY_NAMESPACE;

void ExpOf(const float* x, int64_t count, float* y) {
  ForEachVector(count, [&](auto d, int64_t i) HWY_ATTR {
    hn::StoreU(Exp(d, hn::LoadU(d, x + i)), d, y + i);
  });
}

void SigmoidOf(const float* x, int64_t count, float* y) {
  ForEachVector(count, [&](auto d, int64_t i) HWY_ATTR {
    hn::StoreU(Sigmoid(d, hn::LoadU(d, x + i)), d, y + i);
  });
}

float SumOf(const float* x, int64_t count) {
  return SumOverVectors(count, [&](auto d, int64_t i, auto sum) HWY_ATTR {
    return hn::Add(sum, hn::LoadU(d, x + i));
  });
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace kaito::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kaito::kernels {
namespace {

HWY_EXPORT(ExpOf);
HWY_EXPORT(SigmoidOf);
HWY_EXPORT(SumOf);

constexpr float kInf = std::numeric_limits<float>::infinity();

// The distance of neighbouring floats at |y|.
double UnitAt(double y) {
  int exponent = 0;
  std::frexp(y, &exponent);
  return std::ldexp(1.0, std::max(exponent - 24, -149));
}

TEST(Exp, IsWithinTwoUnitsInTheLastPlaceOnEveryTarget) {
  std::vector<float> x;
  for (double v = -87.3; v < 88.7; v += 0.000731) {
    x.push_back(static_cast<float>(v));
  }
  for (int exponent = -149; exponent < 6; ++exponent) {
    x.push_back(std::ldexp(1.37f, exponent));
    x.push_back(-std::ldexp(1.37f, exponent));
  }
  std::vector<float> y(x.size());
  testing::ForEachCpuTarget([&] {
    HWY_DYNAMIC_DISPATCH(ExpOf)(x.data(), x.size(), y.data());
    for (size_t i = 0; i < x.size(); ++i) {
      const double want = std::exp(static_cast<double>(x[i]));
      ASSERT_LE(std::abs(y[i] - want), 2 * UnitAt(want)) << "exp(" << x[i];
    }
  });
}

TEST(Exp, KeepsTheSpecialValuesApart) {
  const std::vector<float> x = {-kInf, kInf,   std::nanf(""), 0,
                                1e30f, -1e30f, 88.8f,         -105};
  const std::vector<float> want = {0, kInf, 0, 1, kInf, 0, kInf, 0};
  std::vector<float> y(x.size());
  testing::ForEachCpuTarget([&] {
    HWY_DYNAMIC_DISPATCH(ExpOf)(x.data(), x.size(), y.data());
    for (size_t i = 0; i < x.size(); ++i) {
      if (std::isnan(x[i])) {
        EXPECT_TRUE(std::isnan(y[i]));
      } else {
        EXPECT_EQ(y[i], want[i]) << "exp(" << x[i];
      }
    }
  });
}

TEST(Sigmoid, HasTheErrorThatItStates) {
  std::vector<float> x = {-kInf, kInf};
  for (double v = -87; v < 100; v += 0.0137) {
    x.push_back(static_cast<float>(v));
  }
  std::vector<float> y(x.size());
  testing::ForEachCpuTarget([&] {
    HWY_DYNAMIC_DISPATCH(SigmoidOf)(x.data(), x.size(), y.data());
    for (size_t i = 0; i < x.size(); ++i) {
      const double want = 1 / (1 + std::exp(-static_cast<double>(x[i])));
      ASSERT_LE(std::abs(y[i] - want), 3e-7 * want) << "at " << x[i];
    }
  });
}

TEST(SumOverVectors, CountsEachElementOnce) {
  std::vector<float> x;
  testing::ForEachCpuTarget([&] {
    x.clear();
    for (int64_t n = 0; n < 140; ++n) {
      EXPECT_EQ(HWY_DYNAMIC_DISPATCH(SumOf)(x.data(), n), n * (n + 1) / 2.0f);
      x.push_back(static_cast<float>(n + 1));
    }
  });
}

}  // namespace
}  // namespace kaito::kernels
#endif  // HWY_ONCE
