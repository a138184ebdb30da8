#include "kaito/standalone/apiserver/object/cell.h"

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/api/meta/short_duration.h"
#include "kaito/api/meta/time.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"

namespace kaito::apiserver {
std::string AgeText(absl::string_view timestamp, absl::Time now) {
  const absl::StatusOr<absl::Time> time = api::ParseTimestamp(timestamp);
  return time.ok() ? api::ShortDuration(now - *time) : "<unknown>";
}

json::Value CellText(const json::Value& value) {
  if (value.is_object() || value.is_array()) return json::Write(value);
  return value;
}

}  // namespace kaito::apiserver
