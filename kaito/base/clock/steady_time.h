#ifndef KAITO_BASE_CLOCK_STEADY_TIME_H_
#define KAITO_BASE_CLOCK_STEADY_TIME_H_

// SteadyTime: a point on a clock that never jumps, from an origin that means
// nothing. Deadlines, backoffs and leases use it; what people or other machines
// read uses absl::Time. The two don't mix: there is no conversion.
//
//   const SteadyTime deadline = clock.NowSteady() + absl::Seconds(10);

#include <compare>

#include "absl/time/time.h"

namespace kaito {

class SteadyTime {
 public:
  // The clock's origin.
  constexpr SteadyTime() = default;
  static SteadyTime InfiniteFuture() {
    return FromOrigin(absl::InfiniteDuration());
  }
  static constexpr SteadyTime FromOrigin(absl::Duration since_origin) {
    SteadyTime time;
    time.since_origin_ = since_origin;
    return time;
  }

  constexpr absl::Duration since_origin() const { return since_origin_; }

  friend SteadyTime operator+(SteadyTime t, absl::Duration d) {
    return FromOrigin(t.since_origin_ + d);
  }
  friend SteadyTime operator-(SteadyTime t, absl::Duration d) {
    return FromOrigin(t.since_origin_ - d);
  }
  friend absl::Duration operator-(SteadyTime a, SteadyTime b) {
    return a.since_origin_ - b.since_origin_;
  }
  friend bool operator==(SteadyTime a, SteadyTime b) {
    return a.since_origin_ == b.since_origin_;
  }
  friend std::strong_ordering operator<=>(SteadyTime a, SteadyTime b) {
    if (a.since_origin_ < b.since_origin_) return std::strong_ordering::less;
    if (b.since_origin_ < a.since_origin_) return std::strong_ordering::greater;
    return std::strong_ordering::equal;
  }

 private:
  absl::Duration since_origin_;
};

}  // namespace kaito

#endif  // KAITO_BASE_CLOCK_STEADY_TIME_H_
