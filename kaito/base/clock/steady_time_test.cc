#include "kaito/base/clock/steady_time.h"

#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace kaito {
namespace {

TEST(SteadyTime, CountsAndCompares) {
  const SteadyTime t = SteadyTime::FromOrigin(absl::Seconds(10));
  EXPECT_EQ((t + absl::Seconds(5)) - t, absl::Seconds(5));
  EXPECT_EQ((t - absl::Seconds(4)).since_origin(), absl::Seconds(6));
  EXPECT_LT(t, t + absl::Nanoseconds(1));
  EXPECT_GT(t, SteadyTime());
  EXPECT_EQ(t, t + absl::ZeroDuration());
}

TEST(SteadyTime, InfiniteFutureIsAfterAllAndStaysThere) {
  const SteadyTime never = SteadyTime::InfiniteFuture();
  EXPECT_GT(never, SteadyTime::FromOrigin(absl::Hours(24 * 365 * 1000)));
  EXPECT_EQ(never - absl::Hours(1), never);
  EXPECT_EQ(SteadyTime() + absl::InfiniteDuration(), never);
}

}  // namespace
}  // namespace kaito
