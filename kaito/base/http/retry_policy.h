#ifndef KAITO_BASE_HTTP_RETRY_POLICY_H_
#define KAITO_BASE_HTTP_RETRY_POLICY_H_

// Whether, and after what wait, to send a request again. Pure: the caller
// brings time and chance, waits, and sends. The client itself never retries.
//
//   const std::optional<absl::Duration> wait = WaitBeforeRetry(
//       policy, {.method = "GET", .tries = tries, .code = response.code,
//                .retry_after = *response.headers.Get("Retry-After"),
//                .now = clock.Now(), .jitter = random.NextDouble()});
//   if (!wait.has_value()) return response;

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace kaito::http {

struct RetryPolicy {
  int max_tries = 4;  // The first one included.
  // Doubles with each try, up to the longest; then at least half of it.
  absl::Duration first_wait = absl::Milliseconds(500);
  absl::Duration longest_wait = absl::Seconds(30);
  // A server that asks for more is not worth waiting for here: stop, and let
  // the caller's own schedule bring it back.
  absl::Duration longest_retry_after = absl::Minutes(5);
};

// How a try ended.
struct TryOutcome {
  std::string method = "GET";
  int tries = 1;        // So far, this one included.
  absl::Status status;  // What the client returned; OK: a response came, and
  int code = 0;         // this is its code,
  std::string retry_after;  // and its Retry-After, empty where it had none.
  absl::Time now;
  double jitter = 0;  // From [0, 1).
};

// The wait before the next try; nothing: stop. A try is repeated
//  - on 429, and on 503 with Retry-After: the server did nothing, any method;
//  - on 408, 500, 502, 503, 504: where the method is idempotent;
//  - on Unavailable and DeadlineExceeded: where the method is idempotent, or
//    the request never left this machine.
std::optional<absl::Duration> WaitBeforeRetry(const RetryPolicy& policy,
                                              const TryOutcome& outcome);

// Whether sending twice has the effect of sending once (RFC 9110, 9.2.2).
bool IsIdempotent(absl::string_view method);

// The value of a Retry-After header: seconds, or a date in any of HTTP's three
// formats. Not negative. Nothing where it is malformed.
std::optional<absl::Duration> ParseRetryAfter(absl::string_view value,
                                              absl::Time now);

// The client marks errors from before the request's first byte was sent (name
// resolution, connecting): any method is safe to repeat after these.
absl::Status MarkNotSent(absl::Status status);
bool WasNotSent(const absl::Status& status);

}  // namespace kaito::http

#endif  // KAITO_BASE_HTTP_RETRY_POLICY_H_
