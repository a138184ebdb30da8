#ifndef KAITO_KUBE_CLIENT_WATCH_LINES_H_
#define KAITO_KUBE_CLIENT_WATCH_LINES_H_

// The body of a watch, one JSON object a line, from pieces as they come. Pure;
// http_api_client.h feeds it.
//
//   WatchLines lines;
//   KAITO_RETURN_IF_ERROR(lines.Add(piece, [&](absl::string_view line) {
//     return ReadWatchLine(line, on_event);
//   }));

#include <cstdint>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "kaito/base/json/reader.h"
#include "kaito/kube/client/api_client.h"

namespace kaito::kube {

// An object may have 1.5 MB in etcd and 3 MB in a request; as JSON some times
// that.
inline constexpr int64_t kMaxWatchLineBytes = int64_t{16} << 20;

class WatchLines {
 public:
  explicit WatchLines(int64_t max_line_bytes = kMaxWatchLineBytes)
      : max_line_bytes_(max_line_bytes) {}

  // Gives each line that the piece completes, without its end; empty ones, which
  // keep a connection alive, are skipped. ResourceExhausted beyond the limit of
  // a line; an error of `on_line` is returned.
  absl::Status Add(
      absl::string_view piece,
      absl::FunctionRef<absl::Status(absl::string_view line)> on_line);

 private:
  const int64_t max_line_bytes_;
  std::string begun_;  // A line whose end has yet to come.
};

// OutOfRange and others for an ERROR event, as its Status says; Unavailable for
// a line that is no event: the stream is broken.
absl::Status ReadWatchLine(absl::string_view line,
                           absl::FunctionRef<absl::Status(
                               WatchEventType type, const json::Cursor& object)>
                               on_event);

}  // namespace kaito::kube

#endif  // KAITO_KUBE_CLIENT_WATCH_LINES_H_
