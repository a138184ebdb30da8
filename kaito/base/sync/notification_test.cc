#include "kaito/base/sync/notification.h"

#include <thread>

#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "kaito/base/clock/fake_clock.h"
#include "kaito/base/clock/steady_time.h"

namespace kaito {
namespace {

TEST(Notification, WakesWaitersAndStays) {
  Notification notification;
  EXPECT_FALSE(notification.HasBeenNotified());
  int value = 0;
  std::thread other([&] {
    value = 7;
    notification.Notify();
  });
  notification.Wait();
  EXPECT_EQ(value, 7);
  other.join();
  notification.Notify();
  notification.Wait();
  EXPECT_TRUE(notification.HasBeenNotified());
}

TEST(Notification, WaitUntilSaysWhichCameFirst) {
  FakeClock clock;
  const SteadyTime deadline = clock.NowSteady() + absl::Seconds(3);
  Notification notification;
  bool notified = true;
  std::thread waiter(
      [&] { notified = notification.WaitUntil(clock, deadline); });
  clock.AwaitWaiters(1);
  clock.Advance(absl::Seconds(3));
  waiter.join();
  EXPECT_FALSE(notified);
  notification.Notify();
  EXPECT_TRUE(notification.WaitUntil(clock, deadline));
}

}  // namespace
}  // namespace kaito
