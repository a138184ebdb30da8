#include "kaito/kube/client/token_bucket.h"

#include <algorithm>

#include "absl/time/time.h"
#include "kaito/base/clock/steady_time.h"

namespace kaito::kube {

void TokenBucket::Refill(SteadyTime now) {
  const absl::Duration passed = now - refilled_at_;
  refilled_at_ = now;
  tokens_ = std::min(options_.burst, tokens_ + absl::ToDoubleSeconds(passed) *
                                                   options_.per_second);
}

absl::Duration TokenBucket::Reserve(SteadyTime now) {
  Refill(now);
  tokens_ -= 1;
  if (tokens_ >= 0) return absl::ZeroDuration();
  return absl::Seconds(-tokens_ / options_.per_second);
}

bool TokenBucket::TryTake(SteadyTime now) {
  Refill(now);
  if (tokens_ < 1) return false;
  tokens_ -= 1;
  return true;
}

}  // namespace kaito::kube
