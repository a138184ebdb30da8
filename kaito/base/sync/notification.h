#ifndef KAITO_BASE_SYNC_NOTIFICATION_H_
#define KAITO_BASE_SYNC_NOTIFICATION_H_

// Notification: tells other threads, once, that something has happened. For a
// request to stop use StopToken (stop_token.h); for values BoundedQueue.
//
//   Notification loaded;
//   std::thread loader([&] { Load(); loaded.Notify(); });
//   loaded.Wait();

#include "kaito/base/clock/clock.h"
#include "kaito/base/clock/steady_time.h"
#include "kaito/base/sync/mutex.h"
#include "kaito/base/sync/thread_annotations.h"

namespace kaito {

class Notification {
 public:
  Notification() = default;
  Notification(const Notification&) = delete;
  Notification& operator=(const Notification&) = delete;

  // Again has no effect. A waiter may destroy this object once it has returned
  // from a wait.
  void Notify() KAITO_EXCLUDES(mutex_);

  bool HasBeenNotified() const KAITO_EXCLUDES(mutex_);

  void Wait() KAITO_EXCLUDES(mutex_);

  // False when `deadline` came first.
  [[nodiscard]] bool WaitUntil(Clock& clock, SteadyTime deadline)
      KAITO_EXCLUDES(mutex_);

 private:
  mutable Mutex mutex_;
  CondVar changed_;
  bool notified_ KAITO_GUARDED_BY(mutex_) = false;
};

}  // namespace kaito

#endif  // KAITO_BASE_SYNC_NOTIFICATION_H_
