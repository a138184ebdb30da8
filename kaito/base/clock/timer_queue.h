#ifndef KAITO_BASE_CLOCK_TIMER_QUEUE_H_
#define KAITO_BASE_CLOCK_TIMER_QUEUE_H_

// TimerQueue: calls that wait for their time. RealClock and FakeClock are made
// of it; everyone else uses Clock::CallAt. Safe to use from several threads.
//
//   queue.Add(deadline, [] { ... });
//   while (queue.RunDue(now)) {
//   }

#include <cstdint>
#include <map>
#include <thread>
#include <utility>

#include "absl/functional/any_invocable.h"
#include "kaito/base/clock/steady_time.h"
#include "kaito/base/sync/mutex.h"
#include "kaito/base/sync/thread_annotations.h"

namespace kaito {

class TimerQueue {
 public:
  using Call = absl::AnyInvocable<void()>;

  // The number that Cancel() takes; never 0. Calls with one deadline run in the
  // order in which they were added.
  int64_t Add(SteadyTime deadline, Call call) KAITO_EXCLUDES(mutex_);

  // After it returns the call is not running and never will, except where the
  // call itself cancels itself. Unknown numbers are ignored.
  void Cancel(int64_t id) KAITO_EXCLUDES(mutex_);

  // Runs the earliest call whose deadline is not after `now`, holding no lock.
  // False when there is none.
  bool RunDue(SteadyTime now) KAITO_EXCLUDES(mutex_);

  // InfiniteFuture when empty.
  SteadyTime NextDeadline() const KAITO_EXCLUDES(mutex_);

  int64_t size() const KAITO_EXCLUDES(mutex_);

 private:
  using Key = std::pair<SteadyTime, int64_t>;  // Deadline, id.

  mutable Mutex mutex_;
  CondVar call_ended_;
  int64_t last_id_ KAITO_GUARDED_BY(mutex_) = 0;
  std::map<Key, Call> waiting_ KAITO_GUARDED_BY(mutex_);
  std::map<int64_t, SteadyTime> deadlines_ KAITO_GUARDED_BY(mutex_);
  std::map<int64_t, std::thread::id> running_ KAITO_GUARDED_BY(mutex_);
};

}  // namespace kaito

#endif  // KAITO_BASE_CLOCK_TIMER_QUEUE_H_
