#include "kaito/kernels/rope/rope_table.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/status/status_matchers.h"

namespace kaito::kernels {
namespace {

using ::kaito::testing::StatusIs;
using ::testing::DoubleNear;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

RopeSpec Llama3(RopeLlama3 scaling) {
  return {.rotary_dim = 6, .theta = 64, .scaling = scaling};
}

RopeSpec Long(std::vector<double> stretch, double attention_factor) {
  return {.rotary_dim = 4,
          .theta = 100,
          .scaling = RopeLong{.stretch = std::move(stretch),
                              .attention_factor = attention_factor}};
}

TEST(RopeFrequencies, FallFromOneByPowersOfTheta) {
  KAITO_ASSERT_OK_AND_ASSIGN(
      const std::vector<double> frequencies,
      RopeFrequencies({.rotary_dim = 8, .theta = 10000}));
  EXPECT_THAT(frequencies,
              ElementsAre(1, DoubleNear(0.1, 1e-15), DoubleNear(0.01, 1e-15),
                          DoubleNear(0.001, 1e-15)));
}

// 64^(-i/3) is 1, 1/4 and 1/16: wavelengths of 6.28, 25.1 and 100.5 tokens. Of
// 32 original positions the short one stays (below 32 / 4) and the long one is
// stretched by 8 (above 32 / 1). The middle one makes 8 / (2 pi) = 1.27324
// turns, so 0.27324 / 3 = 0.0910798 of it stays:
// 0.25 * (0.9089202 / 8 + 0.0910798) = 0.0511737.
TEST(RopeFrequencies, Llama3StretchesLongWavelengthsAndMixesMiddleOnes) {
  KAITO_ASSERT_OK_AND_ASSIGN(
      const std::vector<double> frequencies,
      RopeFrequencies(Llama3({.factor = 8,
                              .low_frequency_factor = 1,
                              .high_frequency_factor = 4,
                              .original_positions = 32})));
  EXPECT_THAT(frequencies, ElementsAre(1, DoubleNear(0.0511737, 1e-7),
                                       DoubleNear(0.0078125, 1e-15)));
}

TEST(RopeFrequencies, LongropeDividesEachByItsOwnFactor) {
  KAITO_ASSERT_OK_AND_ASSIGN(const std::vector<double> frequencies,
                             RopeFrequencies(Long({2, 5}, 1)));
  EXPECT_THAT(frequencies, ElementsAre(0.5, DoubleNear(0.02, 1e-15)));
}

TEST(RopeLongAttentionFactor, IsPhi3sAndOneWithoutStretching) {
  // ln(32) / ln(4096) is 5 / 12.
  EXPECT_DOUBLE_EQ(RopeLongAttentionFactor(131072, 4096),
                   std::sqrt(1 + 5.0 / 12));
  EXPECT_NEAR(RopeLongAttentionFactor(131072, 4096), 1.1902, 5e-5);
  EXPECT_EQ(RopeLongAttentionFactor(4096, 4096), 1);
  EXPECT_EQ(RopeLongAttentionFactor(2048, 4096), 1);
}

TEST(MakeRopeTable, HoldsCosAndSinOfPositionTimesFrequency) {
  KAITO_ASSERT_OK_AND_ASSIGN(
      const RopeTable table,
      MakeRopeTable({.rotary_dim = 4, .theta = 10000}, 3));
  EXPECT_EQ(table.positions, 3);
  EXPECT_EQ(table.rotary_dim, 4);
  EXPECT_THAT(table.cos,
              ElementsAre(1, 1, 0.5403023058681398f, 0.9999500004166653f,
                          -0.4161468365471424f, 0.9998000066665778f));
  EXPECT_THAT(table.sin,
              ElementsAre(0, 0, 0.8414709848078965f, 0.009999833334166664f,
                          0.9092974268256817f, 0.01999866669333308f));
}

TEST(MakeRopeTable, AttentionFactorIsInEveryRowOfLongrope) {
  KAITO_ASSERT_OK_AND_ASSIGN(const RopeTable table,
                             MakeRopeTable(Long({1, 1}, 1.5), 2));
  EXPECT_EQ(table.cos[0], 1.5f);
  EXPECT_EQ(table.sin[0], 0);
  EXPECT_FLOAT_EQ(table.cos[2], 1.5f * 0.5403023f);
  EXPECT_FLOAT_EQ(table.sin[2], 1.5f * 0.8414710f);
}

TEST(MakeRopeTable, KeepsItsAccuracyAtThePositionsOfLongContexts) {
  KAITO_ASSERT_OK_AND_ASSIGN(
      const RopeTable table,
      MakeRopeTable({.rotary_dim = 2, .theta = 10000}, 131072));
  // 131071 rad is 20860 turns and 3.75449223 rad.
  EXPECT_NEAR(table.cos.back(), std::cos(3.75449223), 1e-7);
}

TEST(MakeRopeTable, RefusesWhatIsNoRotation) {
  const auto refused = [](const RopeSpec& spec, int64_t positions,
                          const char* why) {
    EXPECT_THAT(MakeRopeTable(spec, positions).status(),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(why)));
  };
  refused({.rotary_dim = 0}, 1, "rotary_dim is 0");
  refused({.rotary_dim = 7}, 1, "rotary_dim is 7");
  refused({.rotary_dim = int64_t{1} << 40}, 1, "rotary_dim is 1099511627776");
  refused({.rotary_dim = 4, .theta = 1}, 1, "theta is 1");
  refused({.rotary_dim = 4, .theta = kNaN}, 1, "theta is nan");
  refused({.rotary_dim = 4}, -1, "positions is -1");
  refused({.rotary_dim = 4}, int64_t{1} << 60, "positions is 1152921504606846");
  refused(Llama3({.factor = 0.5}), 1, "factor is 0.5");
  refused(
      Llama3(
          {.factor = 8, .low_frequency_factor = 4, .high_frequency_factor = 4}),
      1, "low_freq_factor is 4 and high_freq_factor is 4");
  refused(
      Llama3(
          {.factor = 8, .low_frequency_factor = 1, .high_frequency_factor = 4}),
      1, "original_max_position_embeddings is 0");
  refused(Long({1}, 1), 1, "1 factors for 2 pairs");
  refused(Long({1, 0}, 1), 1, "factor 1 is 0");
  refused(Long({1, kNaN}, 1), 1, "factor 1 is nan");
  refused(Long({1, 1}, 0), 1, "attention factor is 0");
}

}  // namespace
}  // namespace kaito::kernels
