#include "kaito/base/clock/fake_clock.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "absl/functional/any_invocable.h"
#include "absl/time/time.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/clock/steady_time.h"
#include "kaito/base/sync/mutex.h"
#include "kaito/base/sync/thread_annotations.h"

namespace kaito {

FakeClock::FakeClock(absl::Time now)
    : wall_(now), steady_(SteadyTime::FromOrigin(absl::Hours(1))) {}

absl::Time FakeClock::Now() const {
  MutexLock lock(mutex_);
  return wall_;
}

SteadyTime FakeClock::NowSteady() const {
  MutexLock lock(mutex_);
  return steady_;
}

// The waiter is a timer whose call notifies `cond`. No wake-up is lost: the
// timer exists before the time is compared, and its call takes `mutex`, which
// is free only once this thread waits. The analysis can't follow the unlocking
// that cancelling it needs.
bool FakeClock::WaitUntil(CondVar& cond, Mutex& mutex,
                          SteadyTime deadline) KAITO_NO_THREAD_SAFETY_ANALYSIS {
  if (deadline == SteadyTime::InfiniteFuture()) {
    cond.Wait(mutex);
    return false;
  }
  Timer timer = CallAt(deadline, [&cond, &mutex] {
    MutexLock lock(mutex);
    cond.NotifyAll();
  });
  if (NowSteady() < deadline) cond.Wait(mutex);
  mutex.Unlock();
  timer.Cancel();
  mutex.Lock();
  return NowSteady() >= deadline;
}

void FakeClock::Advance(absl::Duration step) {
  const SteadyTime end = NowSteady() + step;
  while (true) {
    const SteadyTime next = timers_.NextDeadline();
    {
      MutexLock lock(mutex_);
      const SteadyTime stop = std::max(steady_, std::min(next, end));
      wall_ += stop - steady_;
      steady_ = stop;
    }
    if (!timers_.RunDue(NowSteady()) && next >= end) return;
  }
}

void FakeClock::JumpWall(absl::Duration step) {
  MutexLock lock(mutex_);
  wall_ += step;
}

void FakeClock::AwaitWaiters(int64_t count) {
  MutexLock lock(mutex_);
  while (timers_.size() < count) added_.Wait(mutex_);
}

int64_t FakeClock::AddTimer(SteadyTime deadline,
                            absl::AnyInvocable<void()> call) {
  const int64_t id = timers_.Add(deadline, std::move(call));
  MutexLock lock(mutex_);
  added_.NotifyAll();
  return id;
}

void FakeClock::CancelTimer(int64_t id) { timers_.Cancel(id); }

}  // namespace kaito
