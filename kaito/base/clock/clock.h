#ifndef KAITO_BASE_CLOCK_CLOCK_H_
#define KAITO_BASE_CLOCK_CLOCK_H_

// Clock: where time comes from. Everything that reads the time, waits or sets a
// timer takes a Clock&; main() makes one RealClock, tests a FakeClock
// (fake_clock.h). Pure code takes the time itself as a value instead.
//
//   MutexLock lock(mutex_);
//   const SteadyTime deadline = clock.NowSteady() + absl::Seconds(10);
//   while (!done_) {
//     if (clock.WaitUntil(cond_, mutex_, deadline)) return Late();
//   }

#include <cstdint>
#include <utility>

#include "absl/functional/any_invocable.h"
#include "absl/time/time.h"
#include "kaito/base/clock/steady_time.h"
#include "kaito/base/sync/mutex.h"
#include "kaito/base/sync/thread_annotations.h"

namespace kaito {

class Timer;

class Clock {
 public:
  virtual ~Clock() = default;

  // Wall time; it may jump either way.
  virtual absl::Time Now() const = 0;

  // Never goes back.
  virtual SteadyTime NowSteady() const = 0;

  // Waits until `cond` is notified or `deadline` is there; true when the
  // deadline is past. May return early with false: call it in a loop that
  // checks the condition. `mutex` is released meanwhile, as by CondVar::Wait.
  [[nodiscard]] virtual bool WaitUntil(CondVar& cond, Mutex& mutex,
                                       SteadyTime deadline)
      KAITO_REQUIRES(mutex) = 0;

  // Calls `call` once at `deadline`, on a thread of the clock's (FakeClock: in
  // Advance()), never inside CallAt() itself. All calls share one thread, so
  // they must be short and never block. The clock must outlive the Timer.
  [[nodiscard]] Timer CallAt(SteadyTime deadline,
                             absl::AnyInvocable<void()> call);

 private:
  friend class Timer;
  virtual int64_t AddTimer(SteadyTime deadline,
                           absl::AnyInvocable<void()> call) = 0;
  virtual void CancelTimer(int64_t id) = 0;
};

// The right to one future call. Destroying it cancels the call and waits for
// one that is running (except inside that call): don't destroy it while holding
// a lock that the call takes.
class Timer {
 public:
  Timer() = default;
  Timer(Timer&& other) noexcept;
  Timer& operator=(Timer&& other) noexcept;
  ~Timer() { Cancel(); }

  void Cancel();

 private:
  friend class Clock;
  Timer(Clock* clock, int64_t id) : clock_(clock), id_(id) {}

  Clock* clock_ = nullptr;
  int64_t id_ = 0;
};

}  // namespace kaito

#endif  // KAITO_BASE_CLOCK_CLOCK_H_
