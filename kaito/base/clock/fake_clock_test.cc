#include "kaito/base/clock/fake_clock.h"

#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/clock/steady_time.h"
#include "kaito/base/sync/mutex.h"

namespace kaito {
namespace {

TEST(FakeClock, MovesBothTimesAndOnlyWhenTold) {
  FakeClock clock(absl::FromUnixSeconds(100));
  const SteadyTime start = clock.NowSteady();
  EXPECT_EQ(clock.Now(), absl::FromUnixSeconds(100));
  clock.Advance(absl::Seconds(5));
  EXPECT_EQ(clock.Now(), absl::FromUnixSeconds(105));
  EXPECT_EQ(clock.NowSteady() - start, absl::Seconds(5));
  clock.JumpWall(-absl::Hours(1));
  EXPECT_EQ(clock.Now(), absl::FromUnixSeconds(105 - 3600));
  EXPECT_EQ(clock.NowSteady() - start, absl::Seconds(5));
}

TEST(FakeClock, RunsTimersAtTheirTimeInOrder) {
  FakeClock clock;
  const SteadyTime start = clock.NowSteady();
  std::string log;
  const auto note = [&](absl::string_view name) {
    absl::StrAppend(&log, name, "@",
                    absl::ToInt64Seconds(clock.NowSteady() - start), " ");
  };
  const Timer b = clock.CallAt(start + absl::Seconds(2), [&] { note("b"); });
  const Timer a = clock.CallAt(start + absl::Seconds(1), [&] { note("a"); });
  Timer c = clock.CallAt(start + absl::Seconds(3), [&] { note("c"); });
  const Timer d = clock.CallAt(start + absl::Seconds(9), [&] { note("d"); });
  c.Cancel();
  clock.Advance(absl::Seconds(5));
  EXPECT_EQ(log, "a@1 b@2 ");
}

TEST(FakeClock, TimerAddedByATimerRunsInTheSameAdvance) {
  FakeClock clock;
  const SteadyTime start = clock.NowSteady();
  int ticks = 0;
  Timer second;
  const Timer first = clock.CallAt(start + absl::Seconds(1), [&] {
    ++ticks;
    second = clock.CallAt(start + absl::Seconds(2), [&] { ++ticks; });
  });
  clock.Advance(absl::Seconds(2));
  EXPECT_EQ(ticks, 2);
}

TEST(FakeClock, TimerOfThePastWaitsForTheNextAdvance) {
  FakeClock clock;
  bool ran = false;
  const Timer timer = clock.CallAt(SteadyTime(), [&] { ran = true; });
  EXPECT_FALSE(ran);
  clock.Advance(absl::ZeroDuration());
  EXPECT_TRUE(ran);
}

TEST(FakeClock, AdvanceWakesAWaiterAtItsDeadline) {
  FakeClock clock;
  Mutex mutex;
  CondVar cond;
  const SteadyTime deadline = clock.NowSteady() + absl::Seconds(10);
  SteadyTime woke;
  std::thread waiter([&] {
    MutexLock lock(mutex);
    while (!clock.WaitUntil(cond, mutex, deadline)) {
    }
    woke = clock.NowSteady();
  });
  clock.AwaitWaiters(1);
  clock.Advance(absl::Seconds(9));
  clock.AwaitWaiters(1);  // Still there.
  clock.Advance(absl::Seconds(5));
  waiter.join();
  EXPECT_GE(woke, deadline);
}

TEST(FakeClock, NotificationWakesAWaiterBeforeItsDeadline) {
  FakeClock clock;
  Mutex mutex;
  CondVar cond;
  bool ready = false;
  bool late = true;
  std::thread waiter([&] {
    MutexLock lock(mutex);
    late = false;
    while (!ready && !late) {
      late = clock.WaitUntil(cond, mutex, clock.NowSteady() + absl::Hours(1));
    }
  });
  clock.AwaitWaiters(1);
  {
    MutexLock lock(mutex);
    ready = true;
    cond.NotifyAll();
  }
  waiter.join();
  EXPECT_FALSE(late);
}

TEST(FakeClock, WaitForAPastDeadlineReturnsAtOnce) {
  FakeClock clock;
  Mutex mutex;
  CondVar cond;
  MutexLock lock(mutex);
  EXPECT_TRUE(clock.WaitUntil(cond, mutex, clock.NowSteady()));
}

}  // namespace
}  // namespace kaito
