#ifndef KAITO_API_META_SHORT_DURATION_H_
#define KAITO_API_META_SHORT_DURATION_H_

// A duration as kubectl's columns have it, AGE above all.
//
//   ShortDuration(clock.Now() - created)  // "3m20s"

#include <string>

#include "absl/time/time.h"

namespace kaito::api {

// "45s", "3m20s", "5d2h", "2y3d"; "0s" down to a second below nothing, which
// is what clocks differ by, and "<invalid>" below that.
std::string ShortDuration(absl::Duration duration);

}  // namespace kaito::api

#endif  // KAITO_API_META_SHORT_DURATION_H_
