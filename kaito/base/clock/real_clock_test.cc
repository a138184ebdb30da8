#include "kaito/base/clock/real_clock.h"

#include <utility>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/clock/steady_time.h"
#include "kaito/base/sync/mutex.h"
#include "kaito/base/sync/notification.h"

namespace kaito {
namespace {

TEST(RealClock, FollowsTheMachine) {
  RealClock clock;
  const absl::Time before = absl::Now();
  const absl::Time now = clock.Now();
  EXPECT_GE(now, before);
  EXPECT_LE(now, absl::Now());
  const SteadyTime first = clock.NowSteady();
  EXPECT_GE(clock.NowSteady(), first);
}

TEST(RealClock, WaitEndsAtTheDeadline) {
  RealClock clock;
  Mutex mutex;
  CondVar cond;
  MutexLock lock(mutex);
  const SteadyTime deadline = clock.NowSteady() + absl::Milliseconds(3);
  while (!clock.WaitUntil(cond, mutex, deadline)) {
  }
  EXPECT_GE(clock.NowSteady(), deadline);
}

TEST(RealClock, RunsTimersOnAThreadOfItsOwnAndNotEarly) {
  RealClock clock;
  const SteadyTime deadline = clock.NowSteady() + absl::Milliseconds(3);
  Notification ran;
  SteadyTime at;
  // The later one is set first: the thread must wake for an earlier deadline.
  const Timer never = clock.CallAt(deadline + absl::Hours(1), [] { FAIL(); });
  const Timer timer = clock.CallAt(deadline, [&] {
    at = clock.NowSteady();
    ran.Notify();
  });
  ran.Wait();
  EXPECT_GE(at, deadline);
}

TEST(Timer, MovesItsRightAndCancelsWhatItHeld) {
  RealClock clock;
  const SteadyTime far = clock.NowSteady() + absl::Hours(1);
  Timer a = clock.CallAt(far, [] { FAIL(); });
  Timer b = clock.CallAt(far, [] { FAIL(); });
  a = std::move(b);
  Timer c = std::move(a);
  c.Cancel();
  c.Cancel();
}

}  // namespace
}  // namespace kaito
