#include "kaito/base/http/retry_policy.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/cord.h"
#include "absl/strings/numbers.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace kaito::http {
namespace {

constexpr char kNotSentPayload[] = "kaito/http/not-sent";

// Longer values are taken as this much: they mean "don't come back".
constexpr int64_t kMaxRetryAfterSeconds = int64_t{366} * 24 * 3600;

// An RFC 9110 date has at most 33 characters.
constexpr size_t kMaxDateBytes = 64;

absl::Duration Backoff(const RetryPolicy& policy, const TryOutcome& outcome) {
  // The exponent is bounded so that the product stays finite.
  const int doublings = std::clamp(outcome.tries - 1, 0, 30);
  const absl::Duration full = std::min(
      policy.first_wait * (int64_t{1} << doublings), policy.longest_wait);
  return full * (0.5 + 0.5 * std::clamp(outcome.jitter, 0.0, 1.0));
}

bool MayRepeatAfterError(const TryOutcome& outcome) {
  if (!absl::IsUnavailable(outcome.status) &&
      !absl::IsDeadlineExceeded(outcome.status)) {
    return false;
  }
  return IsIdempotent(outcome.method) || WasNotSent(outcome.status);
}

bool MayRepeatAfterCode(const TryOutcome& outcome) {
  switch (outcome.code) {
    case 429:
      return true;
    case 503:
      return !outcome.retry_after.empty() || IsIdempotent(outcome.method);
    case 408:
    case 500:
    case 502:
    case 504:
      return IsIdempotent(outcome.method);
    default:
      return false;
  }
}

}  // namespace

std::optional<absl::Duration> WaitBeforeRetry(const RetryPolicy& policy,
                                              const TryOutcome& outcome) {
  if (outcome.tries >= policy.max_tries) return std::nullopt;
  if (!outcome.status.ok()) {
    if (!MayRepeatAfterError(outcome)) return std::nullopt;
    return Backoff(policy, outcome);
  }
  if (!MayRepeatAfterCode(outcome)) return std::nullopt;
  const std::optional<absl::Duration> asked =
      ParseRetryAfter(outcome.retry_after, outcome.now);
  if (!asked.has_value()) return Backoff(policy, outcome);
  if (*asked > policy.longest_retry_after) return std::nullopt;
  // Clients that were refused together must not come back together.
  return std::max(*asked, policy.first_wait) +
         policy.first_wait * std::clamp(outcome.jitter, 0.0, 1.0);
}

bool IsIdempotent(absl::string_view method) {
  for (const absl::string_view safe :
       {"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"}) {
    if (method == safe) return true;
  }
  return false;
}

std::optional<absl::Duration> ParseRetryAfter(absl::string_view value,
                                              absl::Time now) {
  value = absl::StripAsciiWhitespace(value);
  if (value.empty() || value.size() > kMaxDateBytes) return std::nullopt;
  if (std::all_of(value.begin(), value.end(), absl::ascii_isdigit)) {
    int64_t seconds = 0;
    if (!absl::SimpleAtoi(value, &seconds)) seconds = kMaxRetryAfterSeconds;
    return absl::Seconds(std::min(seconds, kMaxRetryAfterSeconds));
  }
  // IMF-fixdate, RFC 850, asctime.
  for (const char* format :
       {"%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT",
        "%a %b %d %H:%M:%S %Y"}) {
    absl::Time date;
    if (absl::ParseTime(format, std::string(value), &date, nullptr)) {
      return std::clamp(date - now, absl::ZeroDuration(),
                        absl::Seconds(kMaxRetryAfterSeconds));
    }
  }
  return std::nullopt;
}

absl::Status MarkNotSent(absl::Status status) {
  if (!status.ok()) status.SetPayload(kNotSentPayload, absl::Cord());
  return status;
}

bool WasNotSent(const absl::Status& status) {
  return status.GetPayload(kNotSentPayload).has_value();
}

}  // namespace kaito::http
