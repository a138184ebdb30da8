#include "kaito/runtime/backend/dropout.h"

#include <cmath>
#include <cstdint>
#include <memory>
#include <vector>

#include "gtest/gtest.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/kernels/parallel/worker_team.h"
#include "kaito/kernels/stream.h"

namespace kaito::runtime {
namespace {

using kernels::Stream;

constexpr int64_t kRows = 200;
constexpr int64_t kColumns = 51;  // No multiple of what one draw gives.

std::vector<float> Dropped(const DropoutMask& mask,
                           Stream stream = Stream::Cpu()) {
  const std::vector<float> x(kRows * kColumns, 3);
  std::vector<float> y(x.size(), -1);
  Drop(mask, x.data(), kRows, kColumns, y.data(), stream);
  return y;
}

TEST(Dropout, DropsSoManyAndScalesTheRest) {
  int64_t zeros = 0;
  for (const float y : Dropped({.probability = 0.25, .seed = 1})) {
    if (y == 0) {
      ++zeros;
    } else {
      EXPECT_EQ(y, 4);
    }
  }
  // The spread of a count of 10200 is 44.
  EXPECT_NEAR(static_cast<double>(zeros), 0.25 * kRows * kColumns, 200);
}

TEST(Dropout, FollowsFromSeedAndModuleAlone) {
  const DropoutMask mask = {.probability = 0.5, .seed = 7, .module = 3};
  KAITO_ASSERT_OK_AND_ASSIGN(const std::unique_ptr<kernels::WorkerTeam> team,
                             kernels::WorkerTeam::Create(3));
  const std::vector<float> want = Dropped(mask);
  EXPECT_EQ(Dropped(mask, Stream::Cpu(team.get())), want);
  EXPECT_NE(Dropped({.probability = 0.5, .seed = 8, .module = 3}), want);
  EXPECT_NE(Dropped({.probability = 0.5, .seed = 7, .module = 4}), want);
  EXPECT_NE(
      Dropped(
          {.probability = 0.5, .seed = 7 + (uint64_t{1} << 32), .module = 3}),
      want);
}

TEST(Dropout, ARowsMaskIsThatOfItsToken) {
  const std::vector<float> all = Dropped({.probability = 0.5});
  const std::vector<int32_t> tokens = {5, 90};
  const std::vector<float> x(2 * kColumns, 3);
  std::vector<float> y(x.size());
  Drop({.probability = 0.5, .tokens = tokens.data()}, x.data(), 2, kColumns,
       y.data(), Stream::Cpu());
  for (int64_t i = 0; i < kColumns; ++i) {
    EXPECT_EQ(y[i], all[5 * kColumns + i]);
    EXPECT_EQ(y[kColumns + i], all[90 * kColumns + i]);
  }
}

TEST(Dropout, AGradientTakesTheSameMaskAndAdds) {
  const DropoutMask mask = {.probability = 0.5, .seed = 2};
  const std::vector<float> forward = Dropped(mask);
  const std::vector<float> dy(forward.size(), 3);
  std::vector<float> dx(forward.size(), 10);
  AddDropGradient(mask, dy.data(), kRows, kColumns, dx.data(), Stream::Cpu());
  for (size_t i = 0; i < dx.size(); ++i) EXPECT_EQ(dx[i], 10 + forward[i]);
}

TEST(Dropout, WhatIsDroppedDoesNotSpreadNans) {
  std::vector<float> x(kRows * kColumns, std::nanf(""));
  const std::vector<float> pattern = Dropped({.probability = 0.5});
  std::vector<float> y(x.size());
  Drop({.probability = 0.5}, x.data(), kRows, kColumns, y.data(),
       Stream::Cpu());
  for (size_t i = 0; i < y.size(); ++i) {
    EXPECT_EQ(std::isnan(y[i]), pattern[i] != 0);
  }
}

}  // namespace
}  // namespace kaito::runtime
