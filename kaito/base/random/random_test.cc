#include "kaito/base/random/random.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <vector>

#include "gtest/gtest.h"

namespace kaito {
namespace {

TEST(Random, GivesTheWordsOfPhiloxInOrder) {
  // The published answer for key 0 and counter 0.
  Random random(0);
  EXPECT_EQ(random.Next32(), 0x6627e8d5u);
  EXPECT_EQ(random.Next32(), 0xe169c58du);
  EXPECT_EQ(random.Next64(), 0x9b00dbd8bc57ac4cu);
  // The one for pi's digits: stream and block are the counter's halves.
  Random pi(0x299f31d0a4093822, 0x0370734413198a2e);
  pi.Seek(0x85a308d3243f6a88);
  EXPECT_EQ(pi.Next32(), 0xd16cfe09u);
  random.Seek(0);
  EXPECT_EQ(random.Next32(), 0x6627e8d5u);
}

TEST(Random, UniformIsInItsRangeWithTheRightMoments) {
  Random random(1);
  double sum = 0;
  double squares = 0;
  constexpr int kN = 20000;
  for (int i = 0; i < kN; ++i) {
    const double u = random.Uniform();
    ASSERT_GE(u, 0);
    ASSERT_LT(u, 1);
    sum += u;
    squares += u * u;
  }
  // Five standard errors: 5 * sqrt(1/12/n) and 5 * sqrt(4/45/n).
  EXPECT_NEAR(sum / kN, 0.5, 0.0102);
  EXPECT_NEAR(squares / kN, 1.0 / 3, 0.0106);
}

TEST(Random, UniformIntIsEvenlySpread) {
  Random random(2);
  std::vector<int> counts(6);
  for (int i = 0; i < 12000; ++i) ++counts[random.UniformInt(6)];
  double chi_square = 0;
  for (const int count : counts) {
    chi_square += (count - 2000.0) * (count - 2000.0) / 2000.0;
  }
  EXPECT_LT(chi_square, 20.5);  // 5 degrees of freedom: p = 0.001.
  EXPECT_EQ(random.UniformInt(1), 0);
}

TEST(Random, UniformIntHasNoBiasForHugeLimits) {
  // With 3/4 of 2^63 as limit a plain remainder would favour the low third.
  Random random(3);
  constexpr int64_t kLimit = int64_t{3} << 61;
  int low = 0;
  for (int i = 0; i < 9000; ++i) low += random.UniformInt(kLimit) < kLimit / 3;
  EXPECT_NEAR(low, 3000, 5 * std::sqrt(2000.0));
}

TEST(RandomDeathTest, RefusesAnEmptyRange) {
  Random random(1);
  EXPECT_DEATH(random.UniformInt(0), "limit > 0");
}

TEST(Random, NormalHasTheRightMomentsAndTails) {
  Random random(4);
  constexpr int kN = 20000;
  double sum = 0;
  double squares = 0;
  int beyond_two = 0;
  for (int i = 0; i < kN; ++i) {
    const double z = random.Normal();
    sum += z;
    squares += z * z;
    beyond_two += std::abs(z) > 2;
  }
  EXPECT_NEAR(sum / kN, 0, 5 / std::sqrt(kN));
  EXPECT_NEAR(squares / kN, 1, 5 * std::sqrt(2.0 / kN));
  EXPECT_NEAR(beyond_two, kN * std::erfc(std::sqrt(2.0)), 5 * 30);
}

TEST(Random, ShuffleKeepsTheItemsAndReachesAllOrdersEvenly) {
  Random random(5);
  std::map<std::vector<int>, int> orders;
  for (int i = 0; i < 6000; ++i) {
    std::vector<int> items = {1, 2, 3};
    random.Shuffle(std::span<int>(items));
    ++orders[items];
  }
  ASSERT_EQ(orders.size(), 6u);
  double chi_square = 0;
  for (const auto& [order, count] : orders) {
    EXPECT_TRUE(std::is_permutation(order.begin(), order.end(),
                                    std::vector<int>{1, 2, 3}.begin()));
    chi_square += (count - 1000.0) * (count - 1000.0) / 1000.0;
  }
  EXPECT_LT(chi_square, 20.5);
}

TEST(Random, SplitDependsOnTheIdAndNotOnThePlace) {
  Random random(6);
  Random before = random.Split(9);
  random.Next64();
  Random after = random.Split(9);
  EXPECT_EQ(before.Next64(), after.Next64());
  std::set<uint64_t> firsts = {Random(6).Next64(), Random(6, 1).Next64()};
  for (uint64_t id = 0; id < 100; ++id) {
    firsts.insert(random.Split(id).Next64());
    firsts.insert(Random(6, 1).Split(id).Next64());
  }
  EXPECT_EQ(firsts.size(), 202u);
}

}  // namespace
}  // namespace kaito
