#ifndef KAITO_KUBE_CLIENT_RETRY_RULE_H_
#define KAITO_KUBE_CLIENT_RETRY_RULE_H_

// Which requests to an API server the client itself sends again, and after what
// wait. Pure. It retries only where the server says when (429 and 5xx with
// Retry-After) or where a read was cut off; all else is for the work queue,
// whose backoff grows. A POST that may have been carried out is never repeated.
//
//   const std::optional<absl::Duration> wait = WaitBeforeResend(
//       {.method = "GET", .tries = 1, .code = 429, .retry_after = "1"}, now);

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace kaito::kube {

// The numbers of client-go.
inline constexpr int kMaxRetryAfterTries = 10;
// A read over a connection that broke. A server that is down is not one that
// breaks connections: there the caller's backoff is what helps.
inline constexpr int kMaxBrokenTries = 3;
inline constexpr absl::Duration kMaxRetryAfter = absl::Minutes(1);

struct Attempt {
  std::string method = "GET";
  int tries = 1;            // So far, this one included.
  absl::Status transport;   // OK: a response came, and
  int code = 0;             // this is its code,
  std::string retry_after;  // and its Retry-After.
};

// Nothing: don't. A Retry-After above kMaxRetryAfter is for the queue, too.
std::optional<absl::Duration> WaitBeforeResend(const Attempt& attempt,
                                               absl::Time now);

}  // namespace kaito::kube

#endif  // KAITO_KUBE_CLIENT_RETRY_RULE_H_
