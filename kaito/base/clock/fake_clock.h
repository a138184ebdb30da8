#ifndef KAITO_BASE_CLOCK_FAKE_CLOCK_H_
#define KAITO_BASE_CLOCK_FAKE_CLOCK_H_

// FakeClock: time that stands still until a test moves it. For tests and
// simulations only.
//
//   FakeClock clock;
//   std::thread waiter([&] { result = WaitTenSeconds(clock); });
//   clock.AwaitWaiters(1);             // It has gone to sleep,
//   clock.Advance(absl::Seconds(10));  // and now its deadline is there.
//   waiter.join();

#include <cstdint>

#include "absl/functional/any_invocable.h"
#include "absl/time/time.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/clock/steady_time.h"
#include "kaito/base/clock/timer_queue.h"
#include "kaito/base/sync/mutex.h"
#include "kaito/base/sync/thread_annotations.h"

namespace kaito {

class FakeClock final : public Clock {
 public:
  // 2024-01-01T00:00:00Z, unless told; the steady time starts an hour after its
  // origin, so that code may subtract.
  explicit FakeClock(absl::Time now = absl::FromUnixSeconds(1704067200));

  absl::Time Now() const override KAITO_EXCLUDES(mutex_);
  SteadyTime NowSteady() const override KAITO_EXCLUDES(mutex_);
  [[nodiscard]] bool WaitUntil(CondVar& cond, Mutex& mutex,
                               SteadyTime deadline) override
      KAITO_REQUIRES(mutex);

  // Moves both times on by `step` (0 or more), stopping at each timer's
  // deadline on the way to run it, in this thread; waiters wake when theirs is
  // there. Call it without locks that timers or waiters take.
  void Advance(absl::Duration step) KAITO_EXCLUDES(mutex_);

  // Moves the wall time only, either way: someone set the machine's clock.
  void JumpWall(absl::Duration step) KAITO_EXCLUDES(mutex_);

  // Waits, in real time, until at least `count` timers and waiters with a
  // finite deadline exist.
  void AwaitWaiters(int64_t count) KAITO_EXCLUDES(mutex_);

 private:
  int64_t AddTimer(SteadyTime deadline,
                   absl::AnyInvocable<void()> call) override;
  void CancelTimer(int64_t id) override;

  TimerQueue timers_;
  mutable Mutex mutex_;
  CondVar added_;
  absl::Time wall_ KAITO_GUARDED_BY(mutex_);
  SteadyTime steady_ KAITO_GUARDED_BY(mutex_);
};

}  // namespace kaito

#endif  // KAITO_BASE_CLOCK_FAKE_CLOCK_H_
