#ifndef KAITO_STANDALONE_APISERVER_WATCH_WATCH_FAULT_H_
#define KAITO_STANDALONE_APISERVER_WATCH_WATCH_FAULT_H_

// What may go wrong with a line of a watch, for tests of clients. See
// server/fault_injector.h.

#include <cstdint>

#include "absl/strings/string_view.h"

namespace kaito::apiserver {

enum class WatchFault : uint8_t {
  kNone,
  kDrop,      // The line is not sent; the watch goes on.
  kTwice,     // Sent twice.
  kCut,       // The connection breaks in the middle of the line.
  kEnd,       // The stream ends before it, as at a timeout.
  kExpire,    // 410 in its place, and the end.
  kGoSilent,  // Nothing comes any more, and the connection stays.
};

class WatchFaults {
 public:
  virtual ~WatchFaults() = default;

  // `resource` is the plural; `line` as it would be sent, bookmarks too.
  virtual WatchFault OnWatchLine(absl::string_view resource,
                                 absl::string_view line) = 0;
};

}  // namespace kaito::apiserver

#endif  // KAITO_STANDALONE_APISERVER_WATCH_WATCH_FAULT_H_
