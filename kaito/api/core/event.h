#ifndef KAITO_API_CORE_EVENT_H_
#define KAITO_API_CORE_EVENT_H_

// An event (core/v1): what happened to an object, for people. Events of one
// cause are one object whose count grows.

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "kaito/api/core/object_reference.h"
#include "kaito/api/meta/gvk.h"
#include "kaito/api/meta/object_meta.h"
#include "kaito/api/meta/time.h"
#include "kaito/api/schema/type.h"
#include "kaito/base/json/value.h"

namespace kaito::api {

inline constexpr absl::string_view kEventNormal = "Normal";
inline constexpr absl::string_view kEventWarning = "Warning";

struct EventSource {
  std::string component;
  std::string host;
  json::Object others;

  bool operator==(const EventSource& other) const = default;
};

struct Event {
  static constexpr KindInfo kKind = {
      .group = "", .version = "v1", .kind = "Event", .plural = "events"};

  std::string api_version = "v1";
  std::string kind = "Event";
  ObjectMeta metadata;
  ObjectReference involved_object;
  std::string reason;
  std::string message;  // At most 1024 bytes.
  std::optional<EventSource> source;
  std::optional<Timestamp> first_timestamp;
  std::optional<Timestamp> last_timestamp;
  std::optional<MicroTimestamp> event_time;
  int32_t count = 0;
  std::string type;  // kEventNormal or kEventWarning.
  std::string action;
  std::string reporting_component;
  std::string reporting_instance;
  json::Object others;
};

const StructType& Describe(const EventSource*);
const StructType& Describe(const Event*);

}  // namespace kaito::api

#endif  // KAITO_API_CORE_EVENT_H_
