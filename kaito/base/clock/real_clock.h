#ifndef KAITO_BASE_CLOCK_REAL_CLOCK_H_
#define KAITO_BASE_CLOCK_REAL_CLOCK_H_

// RealClock: the machine's time. main() makes one and hands it down as Clock&;
// it outlives all that uses it. Tests use FakeClock instead.
//
//   int main() {
//     RealClock clock;
//     return Run(clock);
//   }

#include <cstdint>
#include <thread>

#include "absl/functional/any_invocable.h"
#include "absl/time/time.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/clock/steady_time.h"
#include "kaito/base/clock/timer_queue.h"
#include "kaito/base/sync/mutex.h"
#include "kaito/base/sync/thread_annotations.h"

namespace kaito {

class RealClock final : public Clock {
 public:
  RealClock() = default;
  // Joins the timer thread; timers that are not due never run.
  ~RealClock() override;

  absl::Time Now() const override;
  SteadyTime NowSteady() const override;  // CLOCK_MONOTONIC
  [[nodiscard]] bool WaitUntil(CondVar& cond, Mutex& mutex,
                               SteadyTime deadline) override
      KAITO_REQUIRES(mutex);

 private:
  int64_t AddTimer(SteadyTime deadline,
                   absl::AnyInvocable<void()> call) noexcept override;
  void CancelTimer(int64_t id) override;
  void RunTimers();

  TimerQueue timers_;
  Mutex mutex_;
  CondVar changed_;
  bool stopping_ KAITO_GUARDED_BY(mutex_) = false;
  // Started with the first timer, so that short programs have no thread for it.
  std::thread thread_ KAITO_GUARDED_BY(mutex_);
};

}  // namespace kaito

#endif  // KAITO_BASE_CLOCK_REAL_CLOCK_H_
