#ifndef KAITO_BASE_SYNC_STOP_TOKEN_H_
#define KAITO_BASE_SYNC_STOP_TOKEN_H_

// StopSource and StopToken: how work is asked to stop. Sources form a tree
// (process > manager > controller > request): stopping one stops all below it,
// and each may have a deadline of its own. Everything that waits takes a
// StopToken. (std::stop_token knows no deadlines and no reasons.)
//
//   StopSource request(parent, clock, clock.NowSteady() + absl::Seconds(10));
//   absl::Status status = Fetch(url, request.token());
//
//   absl::Status Fetch(absl::string_view url, const StopToken& stop) {
//     const StopCallback wake = stop.OnStop([&] { WakeUp(); });
//     while (...) {
//       if (stop.stopped()) return stop.status();

#include <cstdint>
#include <memory>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/clock/steady_time.h"

namespace kaito {

class StopState;

// One registered callback. Destroying it unregisters, and waits where the
// callback is running in another thread: don't destroy it while holding a lock
// that the callback takes.
class StopCallback {
 public:
  StopCallback() = default;
  StopCallback(StopCallback&& other) noexcept;
  StopCallback& operator=(StopCallback&& other) noexcept;
  ~StopCallback();

 private:
  friend class StopToken;
  StopCallback(std::shared_ptr<StopState> state, int64_t id);

  // Shared: the state lives as long as anyone may still look at it.
  std::shared_ptr<StopState> state_;
  int64_t id_ = 0;
};

// Cheap to copy, safe to use from any thread, valid as long as it is kept.
class StopToken {
 public:
  // Never stops.
  StopToken() = default;

  bool stopped() const;

  // OK until stopped; then why: Cancelled or DeadlineExceeded, or what
  // RequestStop() was given.
  absl::Status status() const;

  // The earliest deadline of the source and those above it; InfiniteFuture when
  // none has one.
  SteadyTime deadline() const;

  // Calls `callback` once, on the thread that requests the stop (for a
  // deadline: the clock's), or here and now when already stopped. No lock is
  // held. It must be short and not block: it delays the other callbacks.
  [[nodiscard]] StopCallback OnStop(absl::AnyInvocable<void()> callback) const;

 private:
  friend class StopSource;
  explicit StopToken(std::shared_ptr<StopState> state);

  std::shared_ptr<StopState> state_;
};

// Stops its tokens. Destroying it does not stop them, nor cut them off from the
// sources above; a source that ends work early calls RequestStop().
class StopSource {
 public:
  StopSource();
  explicit StopSource(const StopToken& parent);
  // Stops by itself at `deadline`. `clock` must outlive all its tokens.
  StopSource(const StopToken& parent, Clock& clock, SteadyTime deadline);

  StopToken token() const { return StopToken(state_); }

  // Stops the tokens, runs their callbacks, and returns true; false when
  // already stopped. `why` is what status() will say; OK becomes Cancelled.
  bool RequestStop(absl::Status why = absl::CancelledError("asked to stop"));

 private:
  StopSource(const StopToken& parent, SteadyTime deadline);

  std::shared_ptr<StopState> state_;
};

// Waits for `duration`. OK when it is over, else stop.status(): at once where
// `stop` has already stopped.
absl::Status WaitFor(Clock& clock, absl::Duration duration,
                     const StopToken& stop);

}  // namespace kaito

#endif  // KAITO_BASE_SYNC_STOP_TOKEN_H_
