#include "kaito/base/sync/notification.h"

#include "kaito/base/clock/clock.h"
#include "kaito/base/clock/steady_time.h"
#include "kaito/base/sync/mutex.h"

namespace kaito {

void Notification::Notify() {
  // Under the lock, so that a waiter can't destroy changed_ before this is
  // done.
  MutexLock lock(mutex_);
  notified_ = true;
  changed_.NotifyAll();
}

bool Notification::HasBeenNotified() const {
  MutexLock lock(mutex_);
  return notified_;
}

void Notification::Wait() {
  MutexLock lock(mutex_);
  while (!notified_) changed_.Wait(mutex_);
}

bool Notification::WaitUntil(Clock& clock, SteadyTime deadline) {
  MutexLock lock(mutex_);
  while (!notified_) {
    if (clock.WaitUntil(changed_, mutex_, deadline)) break;
  }
  return notified_;
}

}  // namespace kaito
