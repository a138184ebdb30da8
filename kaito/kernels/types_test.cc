#include "kaito/kernels/types.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

#include "gtest/gtest.h"

namespace kaito::kernels {
namespace {

// A value from the definition of the format, not from the code under test.
double Decode(uint16_t bits, int mantissa_bits, int bias) {
  const int exponent = (bits & 0x7fff) >> mantissa_bits;
  const int mantissa = bits & ((1 << mantissa_bits) - 1);
  const double one = std::ldexp(1.0, -mantissa_bits);
  const double magnitude =
      exponent == 0 ? std::ldexp(mantissa * one, 1 - bias)
                    : std::ldexp(1 + mantissa * one, exponent - bias);
  return (bits & 0x8000) != 0 ? -magnitude : magnitude;
}

// Rounds by search: the nearest of all finite values, counting the step after
// the largest as infinity; of two equally near ones that whose last bit is 0.
class Rounder {
 public:
  Rounder(int mantissa_bits, int bias)
      : infinity_(((1 << (15 - mantissa_bits)) - 1) << mantissa_bits) {
    for (int bits = 0; bits <= infinity_; ++bits) {
      values_.push_back(
          Decode(static_cast<uint16_t>(bits), mantissa_bits, bias));
    }
  }

  uint16_t Round(float x) const {
    const double magnitude = std::abs(static_cast<double>(x));
    const auto above =
        std::lower_bound(values_.begin(), values_.end(), magnitude);
    int64_t best = above - values_.begin();
    if (above == values_.end()) {
      best = infinity_;
    } else if (*above != magnitude) {
      const double up = *above - magnitude;
      const double down = magnitude - *(above - 1);
      if (down < up || (down == up && best % 2 != 0)) --best;
    }
    return static_cast<uint16_t>(best | (std::signbit(x) ? 0x8000 : 0));
  }

  int infinity() const { return infinity_; }

 private:
  int infinity_;
  std::vector<double> values_;  // By their bits, 0 to infinity_.
};

// Around every value and every midpoint, and at random.
std::vector<float> Inputs(const Rounder& rounder, float (*value)(uint16_t)) {
  std::vector<float> inputs = {0.0f, -0.0f, std::numeric_limits<float>::max(),
                               std::numeric_limits<float>::denorm_min()};
  for (int bits = 0; bits < rounder.infinity(); ++bits) {
    const float low = value(static_cast<uint16_t>(bits));
    const float high = value(static_cast<uint16_t>(bits + 1));
    const float middle = std::isinf(high)
                             ? std::nextafter(low, high)
                             : static_cast<float>((double{low} + high) / 2);
    for (const float x : {low, middle}) {
      inputs.push_back(x);
      inputs.push_back(std::nextafter(x, -1.0f));
      inputs.push_back(-std::nextafter(x, high));
    }
  }
  std::mt19937 random(20240917);
  for (int i = 0; i < 100000; ++i) {
    const float x = std::bit_cast<float>(static_cast<uint32_t>(random()));
    if (!std::isnan(x)) inputs.push_back(x);
  }
  return inputs;
}

TEST(Bf16, RoundsToNearestEven) {
  const Rounder rounder(7, 127);
  for (const float x :
       Inputs(rounder, [](uint16_t bits) { return ToFloat(bf16{bits}); })) {
    ASSERT_EQ(ToBf16(x).bits, rounder.Round(x)) << std::hexfloat << x;
  }
}

TEST(Fp16, RoundsToNearestEven) {
  const Rounder rounder(10, 15);
  for (const float x :
       Inputs(rounder, [](uint16_t bits) { return ToFloat(fp16{bits}); })) {
    ASSERT_EQ(ToFp16(x).bits, rounder.Round(x)) << std::hexfloat << x;
  }
}

TEST(Types, EveryFiniteValueSurvivesTheWayThroughFloat) {
  for (int bits = 0; bits <= 0xffff; ++bits) {
    const uint16_t b = static_cast<uint16_t>(bits);
    if ((b & 0x7f80) != 0x7f80) {
      ASSERT_EQ(ToFloat(bf16{b}), Decode(b, 7, 127)) << bits;
      ASSERT_EQ(ToBf16(ToFloat(bf16{b})).bits, b);
    }
    if ((b & 0x7c00) != 0x7c00) {
      ASSERT_EQ(ToFloat(fp16{b}), Decode(b, 10, 15)) << bits;
      ASSERT_EQ(ToFp16(ToFloat(fp16{b})).bits, b);
    }
  }
}

TEST(Types, InfinityAndOverflowAreInfinite) {
  constexpr float kInf = std::numeric_limits<float>::infinity();
  EXPECT_EQ(ToBf16(-kInf).bits, 0xff80);
  EXPECT_EQ(ToFp16(-kInf).bits, 0xfc00);
  EXPECT_EQ(ToFloat(bf16{0x7f80}), kInf);
  EXPECT_EQ(ToFloat(fp16{0x7c00}), kInf);
  EXPECT_EQ(ToFp16(65519.0f).bits, 0x7bff);
  EXPECT_EQ(ToFp16(65520.0f).bits, 0x7c00);
  EXPECT_EQ(ToBf16(std::numeric_limits<float>::max()).bits, 0x7f80);
}

TEST(Types, NansStayNansWithTheirSign) {
  // Quiet, signalling, and one whose payload is only in bits that are dropped.
  for (const uint32_t bits : {0x7fc00000u, 0x7f800001u, 0x7fa12345u}) {
    for (const uint32_t sign : {0u, 0x80000000u}) {
      const float x = std::bit_cast<float>(bits | sign);
      EXPECT_TRUE(std::isnan(ToFloat(ToBf16(x)))) << bits;
      EXPECT_TRUE(std::isnan(ToFloat(ToFp16(x)))) << bits;
      EXPECT_EQ(ToBf16(x).bits >> 15, sign >> 31);
      EXPECT_EQ(ToFp16(x).bits >> 15, sign >> 31);
    }
  }
}

TEST(Types, AreKnownAtCompileTime) {
  static_assert(ToBf16(1.0f).bits == 0x3f80);
  static_assert(ToFp16(1.0f).bits == 0x3c00);
  static_assert(ToFloat(fp16{0x0001}) == 0x1p-24f);
}

}  // namespace
}  // namespace kaito::kernels
