#include "kaito/base/clock/real_clock.h"

#include <pthread.h>

#include <chrono>
#include <cstdint>
#include <thread>
#include <utility>

#include "absl/functional/any_invocable.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "kaito/base/clock/steady_time.h"
#include "kaito/base/sync/mutex.h"

namespace kaito {

RealClock::~RealClock() {
  std::thread thread;
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    thread = std::move(thread_);
    changed_.NotifyAll();
  }
  if (thread.joinable()) thread.join();
}

absl::Time RealClock::Now() const { return absl::Now(); }

SteadyTime RealClock::NowSteady() const {
  return SteadyTime::FromOrigin(
      absl::FromChrono(std::chrono::steady_clock::now().time_since_epoch()));
}

bool RealClock::WaitUntil(CondVar& cond, Mutex& mutex, SteadyTime deadline) {
  if (deadline == SteadyTime::InfiniteFuture()) {
    cond.Wait(mutex);
    return false;
  }
  return cond.WaitForRealTime(mutex, deadline - NowSteady());
}

// noexcept: a process that can't start its one timer thread ends here, with
// std::thread's message, rather than run on and miss its deadlines.
int64_t RealClock::AddTimer(SteadyTime deadline,
                            absl::AnyInvocable<void()> call) noexcept {
  const int64_t id = timers_.Add(deadline, std::move(call));
  MutexLock lock(mutex_);
  if (!thread_.joinable() && !stopping_) {
    thread_ = std::thread([this]() noexcept { RunTimers(); });
  }
  changed_.NotifyAll();
  return id;
}

void RealClock::CancelTimer(int64_t id) { timers_.Cancel(id); }

void RealClock::RunTimers() {
  pthread_setname_np(pthread_self(), "kaito-timers");
  while (true) {
    while (timers_.RunDue(NowSteady())) {
    }
    MutexLock lock(mutex_);
    if (stopping_) return;
    // A timer added since is seen here: its adder notifies under mutex_.
    (void)WaitUntil(changed_, mutex_, timers_.NextDeadline());
  }
}

}  // namespace kaito
