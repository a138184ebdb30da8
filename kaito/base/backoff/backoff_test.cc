#include "kaito/base/backoff/backoff.h"

#include <algorithm>
#include <cstdint>
#include <limits>

#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "kaito/base/clock/steady_time.h"

namespace kaito {
namespace {

constexpr BackoffOptions kPlain = {.initial = absl::Seconds(1),
                                   .factor = 3,
                                   .cap = absl::Seconds(20),
                                   .reset_after = absl::Seconds(100)};

TEST(DelayAfter, GrowsToTheCapAndNeverOverflows) {
  EXPECT_EQ(DelayAfter(kItemBackoff, 0), absl::Milliseconds(5));
  EXPECT_EQ(DelayAfter(kItemBackoff, 1), absl::Milliseconds(10));
  EXPECT_EQ(DelayAfter(kItemBackoff, 17), absl::Milliseconds(655360));
  EXPECT_EQ(DelayAfter(kItemBackoff, 18), absl::Seconds(1000));
  EXPECT_EQ(DelayAfter(kItemBackoff, std::numeric_limits<int64_t>::max()),
            absl::Seconds(1000));
}

TEST(Backoff, MultipliesAndStaysAtTheCap) {
  Backoff backoff(kPlain, 1);
  const SteadyTime now;
  EXPECT_EQ(backoff.Next(now), absl::Seconds(1));
  EXPECT_EQ(backoff.Next(now), absl::Seconds(3));
  EXPECT_EQ(backoff.Next(now), absl::Seconds(9));
  EXPECT_EQ(backoff.Next(now), absl::Seconds(20));
  EXPECT_EQ(backoff.Next(now), absl::Seconds(20));
  EXPECT_EQ(backoff.failures(), 5);
  backoff.Reset();
  EXPECT_EQ(backoff.Next(now), absl::Seconds(1));
}

TEST(Backoff, StartsAgainAfterQuietTimeOnly) {
  Backoff backoff(kPlain, 1);
  SteadyTime now;
  now = now + backoff.Next(now);
  now = now + backoff.Next(now) + absl::Seconds(100);
  EXPECT_EQ(backoff.Next(now), absl::Seconds(9));
  now = now + absl::Seconds(9 + 101);
  EXPECT_EQ(backoff.Next(now), absl::Seconds(1));
}

TEST(Backoff, WatchPresetStaysInItsRangesAndIsSpread) {
  Backoff backoff(kWatchBackoff, 7);
  const SteadyTime now;
  absl::Duration low = absl::Milliseconds(800);
  for (int i = 0; i < 5; ++i) {
    const absl::Duration delay = backoff.Next(now);
    EXPECT_GE(delay, low);
    EXPECT_LT(delay, 2 * low);
    low *= 2;
  }
  absl::Duration least = absl::InfiniteDuration();
  absl::Duration most;
  for (int i = 0; i < 100; ++i) {
    backoff.Next(now);
    const absl::Duration delay = backoff.Next(now);
    EXPECT_GE(delay, absl::Seconds(30));
    EXPECT_LT(delay, absl::Seconds(60));
    least = std::min(least, delay);
    most = std::max(most, delay);
  }
  EXPECT_LT(least, absl::Seconds(35));
  EXPECT_GT(most, absl::Seconds(55));
}

TEST(Backoff, SeedDecidesTheJitter) {
  Backoff a(kWatchBackoff, 1);
  Backoff b(kWatchBackoff, 1);
  Backoff c(kWatchBackoff, 2);
  const absl::Duration delay = a.Next(SteadyTime());
  EXPECT_EQ(delay, b.Next(SteadyTime()));
  EXPECT_NE(delay, c.Next(SteadyTime()));
}

TEST(ItemBackoff, CountsEachKeyOnItsOwn) {
  ItemBackoff backoff;
  EXPECT_EQ(backoff.Next("a"), absl::Milliseconds(5));
  EXPECT_EQ(backoff.Next("a"), absl::Milliseconds(10));
  EXPECT_EQ(backoff.Next("b"), absl::Milliseconds(5));
  EXPECT_EQ(backoff.failures("a"), 2);
  backoff.Forget("a");
  EXPECT_EQ(backoff.failures("a"), 0);
  EXPECT_EQ(backoff.Next("a"), absl::Milliseconds(5));
}

}  // namespace
}  // namespace kaito
