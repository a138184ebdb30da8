#include "kaito/base/clock/timer_queue.h"

#include <cstdint>
#include <memory>
#include <string>
#include <thread>

#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "kaito/base/clock/steady_time.h"
#include "kaito/base/sync/notification.h"

namespace kaito {
namespace {

SteadyTime At(int seconds) {
  return SteadyTime::FromOrigin(absl::Seconds(seconds));
}

TEST(TimerQueue, RunsInOrderOfDeadlineThenOfAdding) {
  TimerQueue queue;
  std::string order;
  queue.Add(At(3), [&] { order += 'c'; });
  queue.Add(At(1), [&] { order += 'a'; });
  queue.Add(At(1), [&] { order += 'b'; });
  EXPECT_EQ(queue.NextDeadline(), At(1));
  while (queue.RunDue(At(2))) {
  }
  EXPECT_EQ(order, "ab");
  EXPECT_EQ(queue.size(), 1);
  EXPECT_TRUE(queue.RunDue(At(3)));
  EXPECT_EQ(order, "abc");
  EXPECT_EQ(queue.NextDeadline(), SteadyTime::InfiniteFuture());
}

TEST(TimerQueue, CancelledCallNeverRunsAndFreesWhatItOwns) {
  TimerQueue queue;
  auto owned = std::make_shared<int>(1);
  const int64_t id = queue.Add(At(1), [owned] { FAIL(); });
  queue.Cancel(id);
  EXPECT_EQ(owned.use_count(), 1);
  EXPECT_FALSE(queue.RunDue(At(5)));
  queue.Cancel(id);  // Again, and unknown: nothing.
  queue.Cancel(77);
}

TEST(TimerQueue, CancelWaitsForACallThatRuns) {
  TimerQueue queue;
  Notification started;
  Notification go_on;
  bool ended = false;
  const int64_t id = queue.Add(At(1), [&] {
    started.Notify();
    go_on.Wait();
    ended = true;
  });
  std::thread runner([&] { queue.RunDue(At(1)); });
  started.Wait();
  std::thread release([&] { go_on.Notify(); });
  queue.Cancel(id);
  EXPECT_TRUE(ended);
  runner.join();
  release.join();
}

TEST(TimerQueue, CallMayCancelItselfAndAddAnother) {
  TimerQueue queue;
  int64_t id = 0;
  bool second = false;
  id = queue.Add(At(1), [&] {
    queue.Cancel(id);
    queue.Add(At(1), [&] { second = true; });
  });
  while (queue.RunDue(At(1))) {
  }
  EXPECT_TRUE(second);
}

}  // namespace
}  // namespace kaito
