#ifndef KAITO_BASE_BACKOFF_BACKOFF_H_
#define KAITO_BASE_BACKOFF_BACKOFF_H_

// How long to wait before the next try. Pure: time and seed come in, a duration
// comes out; the caller waits (WaitFor in kaito/base/sync/stop_token.h).
//
//   Backoff backoff(kWatchBackoff, seed);
//   while (!TryOnce().ok()) {
//     KAITO_RETURN_IF_ERROR(
//         WaitFor(clock, backoff.Next(clock.NowSteady()), stop));
//   }

#include <cstdint>
#include <map>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/base/clock/steady_time.h"
#include "kaito/base/random/random.h"

namespace kaito {

struct BackoffOptions {
  absl::Duration initial;
  double factor = 2;
  absl::Duration cap;  // Before jitter.
  // Each delay is multiplied by a number from [1, 1 + jitter).
  double jitter = 0;
  // A gap between two Next() of more than this (beyond the delay given) starts
  // from `initial` again; infinite: never.
  absl::Duration reset_after = absl::InfiniteDuration();
};

// A list or watch that breaks: the numbers of client-go's reflector and of
// kube-rs. The delay at the cap is 30 to 60 s.
inline constexpr BackoffOptions kWatchBackoff = {
    .initial = absl::Milliseconds(800),
    .factor = 2,
    .cap = absl::Seconds(30),
    .jitter = 1,
    .reset_after = absl::Minutes(2)};

// An item of a work queue: client-go's default per-item limiter, 5 ms to 1000
// s.
inline constexpr BackoffOptions kItemBackoff = {
    .initial = absl::Milliseconds(5), .factor = 2, .cap = absl::Seconds(1000)};

// A container that crashes: kubelet's numbers.
inline constexpr BackoffOptions kCrashBackoff = {
    .initial = absl::Seconds(10),
    .factor = 2,
    .cap = absl::Minutes(5),
    .reset_after = absl::Minutes(10)};

// The delay after `failures` earlier ones, without jitter:
// min(initial * factor^failures, cap). Any number of failures is fine.
absl::Duration DelayAfter(const BackoffOptions& options, int64_t failures);

// One thing that is tried again and again. Not safe for several threads.
class Backoff {
 public:
  Backoff(const BackoffOptions& options, uint64_t seed)
      : options_(options), random_(seed) {}

  // A try has failed at `now`: how long to wait before the next.
  absl::Duration Next(SteadyTime now);

  // It has worked: the next delay is the initial one.
  void Reset() { failures_ = 0; }

  int64_t failures() const { return failures_; }

 private:
  BackoffOptions options_;
  Random random_;
  int64_t failures_ = 0;
  SteadyTime expected_;  // When the last delay ends.
};

// Many things, each with a count of its own, by key. It holds the keys that
// fail at present. Not safe for several threads.
class ItemBackoff {
 public:
  explicit ItemBackoff(const BackoffOptions& options = kItemBackoff)
      : options_(options) {}

  absl::Duration Next(absl::string_view key);
  void Forget(absl::string_view key);
  int64_t failures(absl::string_view key) const;

 private:
  BackoffOptions options_;
  std::map<std::string, int64_t> failures_;
};

}  // namespace kaito

#endif  // KAITO_BASE_BACKOFF_BACKOFF_H_
