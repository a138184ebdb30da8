#ifndef KAITO_STANDALONE_APISERVER_WATCH_WATCH_LINE_H_
#define KAITO_STANDALONE_APISERVER_WATCH_WATCH_LINE_H_

// What a watch sends: one line of JSON for an event of the store, as the
// watch's selectors and form want it. Pure.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/base/json/value.h"
#include "kaito/standalone/apiserver/resource/resource_definition.h"
#include "kaito/standalone/apiserver/rest/listing.h"
#include "kaito/standalone/apiserver/rest/render.h"
#include "kaito/standalone/apiserver/store/object_key.h"

namespace kaito::apiserver {

struct WatchScope {
  ResourcePtr resource;
  std::string ns;  // Empty: all.
  Selectors selectors;
  Form form;
  std::string include_object;
};

// Bodies of events, parsed once for all watches. For one thread and one round
// over the watches.
class ParsedEvents {
 public:
  // Null where the text is no JSON, or empty.
  const json::Value* Object(const StoreEvent& event);
  const json::Value* Previous(const StoreEvent& event);
  void Clear() { parsed_.clear(); }

 private:
  struct Pair {
    std::optional<json::Value> object;
    std::optional<json::Value> previous;
  };
  std::map<int64_t, std::unique_ptr<Pair>> parsed_;
};

// nullopt where the watch does not see the event. The first line of a table has
// its columns.
std::optional<std::string> WatchLine(const WatchScope& scope,
                                     const StoreEvent& event,
                                     ParsedEvents& parsed, bool first,
                                     absl::Time now);

// {"type":…,"object":…} of an object in the scope's version.
std::string ObjectLine(const WatchScope& scope, absl::string_view type,
                       const json::Value& object, bool first, absl::Time now);

// `initial_end`: all objects that there were have been sent.
std::string BookmarkLine(const WatchScope& scope, int64_t version,
                         bool initial_end);

// The history after `version` is gone.
std::string ExpiredLine(int64_t version, int64_t current);

}  // namespace kaito::apiserver

#endif  // KAITO_STANDALONE_APISERVER_WATCH_WATCH_LINE_H_
