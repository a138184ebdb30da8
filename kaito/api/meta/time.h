#ifndef KAITO_API_META_TIME_H_
#define KAITO_API_META_TIME_H_

// Times as the Kubernetes API writes them: RFC 3339, in UTC, whole seconds
// ("Time") or microseconds ("MicroTime", in leases and events).
//
//   meta.creation_timestamp = Timestamp{clock.Now()};
//
// Two Timestamps are equal when their text is: what an API server gives back
// compares equal to what was sent.

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/api/schema/type.h"

namespace kaito::api {

struct Timestamp {
  absl::Time value;

  bool operator==(const Timestamp& other) const {
    return absl::ToUnixSeconds(value) == absl::ToUnixSeconds(other.value);
  }
};

struct MicroTimestamp {
  absl::Time value;

  bool operator==(const MicroTimestamp& other) const {
    return absl::ToUnixMicros(value) == absl::ToUnixMicros(other.value);
  }
};

std::string FormatTimestamp(absl::Time time);  // 2026-11-24T13:02:25Z
std::string FormatMicroTimestamp(
    absl::Time time);  // 2026-11-24T13:02:25.000001Z
// Any RFC 3339 time of the years 1 to 9999. InvalidArgument otherwise.
absl::StatusOr<absl::Time> ParseTimestamp(absl::string_view text);

const Type& TypeOf(const Timestamp*);
const Type& TypeOf(const MicroTimestamp*);

}  // namespace kaito::api

#endif  // KAITO_API_META_TIME_H_
