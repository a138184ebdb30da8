#include "kaito/base/sync/stop_token.h"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <thread>
#include <utility>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/clock/steady_time.h"
#include "kaito/base/sync/mutex.h"
#include "kaito/base/sync/thread_annotations.h"

namespace kaito {

class StopState {
 public:
  explicit StopState(SteadyTime deadline) : deadline_(deadline) {}

  bool stopped() const { return stopped_.load(std::memory_order_acquire); }
  SteadyTime deadline() const { return deadline_; }

  absl::Status status() const KAITO_EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    return status_;
  }

  bool Stop(absl::Status why) KAITO_EXCLUDES(mutex_);

  // 0 when stopped already: then `callback` is left untouched.
  int64_t Add(absl::AnyInvocable<void()>& callback) KAITO_EXCLUDES(mutex_);
  void Remove(int64_t id) KAITO_EXCLUDES(mutex_);

  // What stops this state from outside; set once, before the state is shared.
  // Their callbacks hold a weak_ptr, so a state may die at any time.
  StopCallback parent_link;
  Timer timer;

 private:
  const SteadyTime deadline_;
  std::atomic<bool> stopped_ = false;
  mutable Mutex mutex_;
  CondVar callback_ended_;
  absl::Status status_ KAITO_GUARDED_BY(mutex_);
  int64_t last_id_ KAITO_GUARDED_BY(mutex_) = 0;
  std::map<int64_t, absl::AnyInvocable<void()>> callbacks_
      KAITO_GUARDED_BY(mutex_);
  int64_t running_ KAITO_GUARDED_BY(mutex_) = 0;  // 0: none.
  std::thread::id runner_ KAITO_GUARDED_BY(mutex_);
};

bool StopState::Stop(absl::Status why) {
  if (why.ok()) why = absl::CancelledError("asked to stop");
  {
    MutexLock lock(mutex_);
    if (!status_.ok()) return false;
    status_ = std::move(why);
    runner_ = std::this_thread::get_id();
    stopped_.store(true, std::memory_order_release);
  }
  while (true) {
    absl::AnyInvocable<void()> callback;
    {
      MutexLock lock(mutex_);
      running_ = 0;
      callback_ended_.NotifyAll();
      auto first = callbacks_.begin();
      if (first == callbacks_.end()) return true;
      running_ = first->first;
      callback = std::move(first->second);
      callbacks_.erase(first);
    }
    callback();
  }
}

int64_t StopState::Add(absl::AnyInvocable<void()>& callback) {
  MutexLock lock(mutex_);
  if (!status_.ok()) return 0;
  callbacks_.emplace(++last_id_, std::move(callback));
  return last_id_;
}

void StopState::Remove(int64_t id) {
  absl::AnyInvocable<void()> dropped;  // Destroyed after the lock.
  MutexLock lock(mutex_);
  if (auto found = callbacks_.find(id); found != callbacks_.end()) {
    dropped = std::move(found->second);
    callbacks_.erase(found);
    return;
  }
  while (running_ == id && runner_ != std::this_thread::get_id()) {
    callback_ended_.Wait(mutex_);
  }
}

StopCallback::StopCallback(std::shared_ptr<StopState> state, int64_t id)
    : state_(std::move(state)), id_(id) {}

StopCallback::StopCallback(StopCallback&& other) noexcept = default;

StopCallback& StopCallback::operator=(StopCallback&& other) noexcept {
  if (this != &other) {
    if (state_ != nullptr) state_->Remove(id_);
    state_ = std::move(other.state_);
    id_ = other.id_;
  }
  return *this;
}

StopCallback::~StopCallback() {
  if (state_ != nullptr) state_->Remove(id_);
}

StopToken::StopToken(std::shared_ptr<StopState> state)
    : state_(std::move(state)) {}

bool StopToken::stopped() const {
  return state_ != nullptr && state_->stopped();
}

absl::Status StopToken::status() const {
  return state_ == nullptr ? absl::OkStatus() : state_->status();
}

SteadyTime StopToken::deadline() const {
  return state_ == nullptr ? SteadyTime::InfiniteFuture() : state_->deadline();
}

StopCallback StopToken::OnStop(absl::AnyInvocable<void()> callback) const {
  if (state_ == nullptr) return StopCallback();
  const int64_t id = state_->Add(callback);
  if (id != 0) return StopCallback(state_, id);
  callback();
  return StopCallback();
}

StopSource::StopSource()
    : state_(std::make_shared<StopState>(SteadyTime::InfiniteFuture())) {}

StopSource::StopSource(const StopToken& parent)
    : StopSource(parent, parent.deadline()) {}

StopSource::StopSource(const StopToken& parent, SteadyTime deadline)
    : state_(std::make_shared<StopState>(deadline)) {
  state_->parent_link = parent.OnStop(
      [weak = std::weak_ptr<StopState>(state_), above = parent.state_.get()] {
        // `above` is running this, so it is alive.
        if (auto state = weak.lock()) state->Stop(above->status());
      });
}

StopSource::StopSource(const StopToken& parent, Clock& clock,
                       SteadyTime deadline)
    : StopSource(parent, std::min(parent.deadline(), deadline)) {
  if (deadline == SteadyTime::InfiniteFuture()) return;
  state_->timer =
      clock.CallAt(deadline, [weak = std::weak_ptr<StopState>(state_)] {
        if (auto state = weak.lock()) {
          state->Stop(absl::DeadlineExceededError("deadline passed"));
        }
      });
  // A deadline of the past has effect at once, not when the timer gets to run.
  if (clock.NowSteady() >= deadline) {
    state_->Stop(absl::DeadlineExceededError("deadline passed"));
  }
}

bool StopSource::RequestStop(absl::Status why) {
  // A callback may destroy this source.
  const std::shared_ptr<StopState> state = state_;
  return state->Stop(std::move(why));
}

absl::Status WaitFor(Clock& clock, absl::Duration duration,
                     const StopToken& stop) {
  const SteadyTime deadline = clock.NowSteady() + duration;
  Mutex mutex;
  CondVar wake;
  bool stopped = false;  // Guarded by mutex.
  const StopCallback on_stop = stop.OnStop([&] {
    MutexLock lock(mutex);
    stopped = true;
    wake.NotifyAll();
  });
  {
    MutexLock lock(mutex);
    while (!stopped) {
      if (clock.WaitUntil(wake, mutex, deadline)) break;
    }
    if (!stopped) return absl::OkStatus();
  }
  return stop.status();
}

}  // namespace kaito
