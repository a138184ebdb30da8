#include "kaito/base/clock/clock.h"

#include <utility>

#include "absl/functional/any_invocable.h"
#include "kaito/base/clock/steady_time.h"

namespace kaito {

Timer Clock::CallAt(SteadyTime deadline, absl::AnyInvocable<void()> call) {
  return Timer(this, AddTimer(deadline, std::move(call)));
}

Timer::Timer(Timer&& other) noexcept
    : clock_(std::exchange(other.clock_, nullptr)), id_(other.id_) {}

Timer& Timer::operator=(Timer&& other) noexcept {
  if (this != &other) {
    Cancel();
    clock_ = std::exchange(other.clock_, nullptr);
    id_ = other.id_;
  }
  return *this;
}

void Timer::Cancel() {
  if (clock_ != nullptr) std::exchange(clock_, nullptr)->CancelTimer(id_);
}

}  // namespace kaito
