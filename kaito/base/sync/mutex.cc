#include "kaito/base/sync/mutex.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>

#include "absl/time/time.h"

namespace kaito {
namespace {

// Longer waits end early, and the caller's loop waits again: an hour is far
// from the overflow of a steady time point.
constexpr absl::Duration kLongestWait = absl::Hours(1);

}  // namespace

void CondVar::Wait(Mutex& mutex) {
  std::unique_lock<std::mutex> lock(mutex.mutex_, std::adopt_lock);
  cond_.wait(lock);
  lock.release();
}

bool CondVar::WaitForRealTime(Mutex& mutex, absl::Duration timeout) {
  if (timeout <= absl::ZeroDuration()) return true;
  std::unique_lock<std::mutex> lock(mutex.mutex_, std::adopt_lock);
  const absl::Duration wait = std::min(timeout, kLongestWait);
  const std::cv_status status =
      cond_.wait_for(lock, absl::ToChronoNanoseconds(wait));
  lock.release();
  return status == std::cv_status::timeout && timeout <= kLongestWait;
}

}  // namespace kaito
