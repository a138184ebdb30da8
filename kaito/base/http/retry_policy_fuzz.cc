// Any bytes as Retry-After: no crash, and never a negative or endless wait.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/base/http/retry_policy.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::optional<absl::Duration> wait = kaito::http::ParseRetryAfter(
      absl::string_view(reinterpret_cast<const char*>(data), size),
      absl::FromUnixSeconds(1767225600));
  if (wait.has_value() &&
      (*wait < absl::ZeroDuration() || *wait > absl::Hours(24 * 366))) {
    std::abort();
  }
  return 0;
}
