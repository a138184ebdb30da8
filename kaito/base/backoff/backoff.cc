#include "kaito/base/backoff/backoff.h"

#include <cmath>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/base/clock/steady_time.h"

namespace kaito {

absl::Duration DelayAfter(const BackoffOptions& options, int64_t failures) {
  // Compared as a ratio: the product would overflow long before.
  const double growth = std::pow(options.factor, static_cast<double>(failures));
  if (growth >= absl::FDivDuration(options.cap, options.initial)) {
    return options.cap;
  }
  return options.initial * growth;
}

absl::Duration Backoff::Next(SteadyTime now) {
  if (failures_ > 0 && now - expected_ > options_.reset_after) failures_ = 0;
  absl::Duration delay = DelayAfter(options_, failures_++);
  if (options_.jitter > 0) delay *= 1 + options_.jitter * random_.Uniform();
  expected_ = now + delay;
  return delay;
}

absl::Duration ItemBackoff::Next(absl::string_view key) {
  return DelayAfter(options_, failures_[std::string(key)]++);
}

void ItemBackoff::Forget(absl::string_view key) {
  failures_.erase(std::string(key));
}

int64_t ItemBackoff::failures(absl::string_view key) const {
  auto found = failures_.find(std::string(key));
  return found == failures_.end() ? 0 : found->second;
}

}  // namespace kaito
