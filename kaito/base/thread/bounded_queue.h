#ifndef KAITO_BASE_THREAD_BOUNDED_QUEUE_H_
#define KAITO_BASE_THREAD_BOUNDED_QUEUE_H_

// BoundedQueue: values from producers to consumers in order, at most `capacity`
// of them waiting. Between the stages of a pipeline; for tasks see ThreadPool.
//
//   BoundedQueue<Batch> queue(4);
//   KAITO_RETURN_IF_ERROR(queue.Push(std::move(batch), stop));   // Producer
//   queue.Close();                                               // No more.
//   while (std::optional<Batch> batch = queue.Pop(stop)) { ... }  // Consumer
//
// Values may be move-only. Safe to use from any number of threads.

#include <cstdint>
#include <deque>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "kaito/base/check/check.h"
#include "kaito/base/sync/mutex.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/base/sync/thread_annotations.h"

namespace kaito {

template <typename T>
class BoundedQueue {
 public:
  explicit BoundedQueue(int64_t capacity) : capacity_(capacity) {
    KAITO_CHECK_GT(capacity, 0);
  }

  // Waits for room. FailedPrecondition when closed, stop.status() when stopped.
  absl::Status Push(T value, const StopToken& stop) KAITO_EXCLUDES(mutex_) {
    const StopCallback wake = WakeOnStop(stop);
    MutexLock lock(mutex_);
    while (Full() && !closed_ && !stop.stopped()) has_room_.Wait(mutex_);
    if (stop.stopped()) return stop.status();
    return Add(value);
  }

  // ResourceExhausted when full, FailedPrecondition when closed: then `value`
  // is still the caller's.
  absl::Status TryPush(T&& value) KAITO_EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    return Add(value);
  }

  // Waits for a value. Nothing when the queue is closed and empty, or `stop`
  // has stopped, even where values are left.
  std::optional<T> Pop(const StopToken& stop) KAITO_EXCLUDES(mutex_) {
    const StopCallback wake = WakeOnStop(stop);
    MutexLock lock(mutex_);
    while (values_.empty() && !closed_ && !stop.stopped()) {
      has_value_.Wait(mutex_);
    }
    if (stop.stopped()) return std::nullopt;
    return Take();
  }

  std::optional<T> TryPop() KAITO_EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    return Take();
  }

  // No more values come in; those that wait can still be taken.
  void Close() KAITO_EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    closed_ = true;
    has_value_.NotifyAll();
    has_room_.NotifyAll();
  }

  // Drops the values that wait. Returns how many.
  int64_t Clear() KAITO_EXCLUDES(mutex_) {
    std::deque<T> dropped;  // Destroyed after the lock.
    MutexLock lock(mutex_);
    dropped.swap(values_);
    has_room_.NotifyAll();
    return static_cast<int64_t>(dropped.size());
  }

  int64_t size() const KAITO_EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    return static_cast<int64_t>(values_.size());
  }
  int64_t capacity() const { return capacity_; }

 private:
  // Registered before, and destroyed after, the mutex is held: its callback
  // takes the mutex so that no wake-up falls between a check and its wait.
  StopCallback WakeOnStop(const StopToken& stop) {
    return stop.OnStop([this] {
      MutexLock lock(mutex_);
      has_value_.NotifyAll();
      has_room_.NotifyAll();
    });
  }

  bool Full() const KAITO_REQUIRES(mutex_) {
    return static_cast<int64_t>(values_.size()) >= capacity_;
  }

  absl::Status Add(T& value) KAITO_REQUIRES(mutex_) {
    if (closed_) return absl::FailedPreconditionError("queue: is closed");
    if (Full()) return absl::ResourceExhaustedError("queue: is full");
    values_.push_back(std::move(value));
    has_value_.NotifyOne();
    return absl::OkStatus();
  }

  std::optional<T> Take() KAITO_REQUIRES(mutex_) {
    if (values_.empty()) return std::nullopt;
    std::optional<T> value(std::move(values_.front()));
    values_.pop_front();
    has_room_.NotifyOne();
    return value;
  }

  const int64_t capacity_;
  mutable Mutex mutex_;
  CondVar has_value_;
  CondVar has_room_;
  std::deque<T> values_ KAITO_GUARDED_BY(mutex_);
  bool closed_ KAITO_GUARDED_BY(mutex_) = false;
};

}  // namespace kaito

#endif  // KAITO_BASE_THREAD_BOUNDED_QUEUE_H_
