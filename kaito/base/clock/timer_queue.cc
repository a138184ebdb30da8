#include "kaito/base/clock/timer_queue.h"

#include <cstdint>
#include <thread>
#include <utility>

#include "kaito/base/clock/steady_time.h"
#include "kaito/base/sync/mutex.h"

namespace kaito {

int64_t TimerQueue::Add(SteadyTime deadline, Call call) {
  MutexLock lock(mutex_);
  const int64_t id = ++last_id_;
  waiting_.emplace(Key(deadline, id), std::move(call));
  deadlines_.emplace(id, deadline);
  return id;
}

void TimerQueue::Cancel(int64_t id) {
  Call dropped;  // Destroyed after the lock: it may own anything.
  MutexLock lock(mutex_);
  if (auto found = deadlines_.find(id); found != deadlines_.end()) {
    auto waiting = waiting_.find(Key(found->second, id));
    dropped = std::move(waiting->second);
    waiting_.erase(waiting);
    deadlines_.erase(found);
    return;
  }
  while (true) {
    auto running = running_.find(id);
    if (running == running_.end() ||
        running->second == std::this_thread::get_id()) {
      return;
    }
    call_ended_.Wait(mutex_);
  }
}

bool TimerQueue::RunDue(SteadyTime now) {
  int64_t id = 0;
  {
    Call call;
    {
      MutexLock lock(mutex_);
      auto first = waiting_.begin();
      if (first == waiting_.end() || first->first.first > now) return false;
      id = first->first.second;
      call = std::move(first->second);
      waiting_.erase(first);
      deadlines_.erase(id);
      running_.emplace(id, std::this_thread::get_id());
    }
    call();
    // What the call owns dies here, before Cancel() may return.
  }
  MutexLock lock(mutex_);
  running_.erase(id);
  call_ended_.NotifyAll();
  return true;
}

SteadyTime TimerQueue::NextDeadline() const {
  MutexLock lock(mutex_);
  return waiting_.empty() ? SteadyTime::InfiniteFuture()
                          : waiting_.begin()->first.first;
}

int64_t TimerQueue::size() const {
  MutexLock lock(mutex_);
  return static_cast<int64_t>(waiting_.size());
}

}  // namespace kaito
