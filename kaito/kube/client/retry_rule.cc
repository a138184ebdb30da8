#include "kaito/kube/client/retry_rule.h"

#include <optional>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "kaito/base/http/retry_policy.h"

namespace kaito::kube {

std::optional<absl::Duration> WaitBeforeResend(const Attempt& attempt,
                                               absl::Time now) {
  if (!attempt.transport.ok()) {
    const bool cut_off = absl::IsUnavailable(attempt.transport) &&
                         !http::WasNotSent(attempt.transport);
    if (attempt.method != "GET" || !cut_off ||
        attempt.tries >= kMaxBrokenTries) {
      return std::nullopt;
    }
    return absl::Seconds(1);
  }
  if (attempt.tries > kMaxRetryAfterTries) return std::nullopt;
  if (attempt.code != 429 && attempt.code < 500) return std::nullopt;
  if (attempt.retry_after.empty()) return std::nullopt;
  const std::optional<absl::Duration> wait =
      http::ParseRetryAfter(attempt.retry_after, now);
  if (!wait.has_value() || *wait > kMaxRetryAfter) return std::nullopt;
  return wait;
}

}  // namespace kaito::kube
