#ifndef KAITO_BASE_SYNC_MUTEX_H_
#define KAITO_BASE_SYNC_MUTEX_H_

// Mutex, MutexLock and CondVar: std::mutex and std::condition_variable with
// lock annotations. All of our code uses these; absl::Mutex gives false reports
// under ThreadSanitizer with Debian's build of Abseil.
//
//   MutexLock lock(mutex_);
//   while (items_.empty()) ready_.Wait(mutex_);
//
// To wait with a deadline use Clock::WaitUntil (kaito/base/clock/clock.h),
// which a test can advance. Don't hold a Mutex across I/O or a callback.

#include <condition_variable>
#include <mutex>

#include "absl/time/time.h"
#include "kaito/base/sync/thread_annotations.h"

namespace kaito {

class KAITO_CAPABILITY("mutex") Mutex {
 public:
  constexpr Mutex() = default;
  Mutex(const Mutex&) = delete;
  Mutex& operator=(const Mutex&) = delete;

  void Lock() KAITO_ACQUIRE() { mutex_.lock(); }
  void Unlock() KAITO_RELEASE() { mutex_.unlock(); }
  [[nodiscard]] bool TryLock() KAITO_TRY_ACQUIRE(true) {
    return mutex_.try_lock();
  }

 private:
  friend class CondVar;
  std::mutex mutex_;
};

// Holds a mutex for a scope.
class KAITO_SCOPED_CAPABILITY MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) KAITO_ACQUIRE(mutex) : mutex_(mutex) {
    mutex_.Lock();
  }
  ~MutexLock() KAITO_RELEASE() { mutex_.Unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex& mutex_;
};

// A condition is waited for in a loop: a wait may end without a notification.
class CondVar {
 public:
  CondVar() = default;
  CondVar(const CondVar&) = delete;
  CondVar& operator=(const CondVar&) = delete;

  void Wait(Mutex& mutex) KAITO_REQUIRES(mutex);

  // Waits at most `timeout` of real time; true when that ran out. RealClock is
  // built on it; others wait through their Clock.
  bool WaitForRealTime(Mutex& mutex, absl::Duration timeout)
      KAITO_REQUIRES(mutex);

  void NotifyOne() { cond_.notify_one(); }
  void NotifyAll() { cond_.notify_all(); }

 private:
  std::condition_variable cond_;
};

}  // namespace kaito

#endif  // KAITO_BASE_SYNC_MUTEX_H_
