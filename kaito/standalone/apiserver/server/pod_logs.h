#ifndef KAITO_STANDALONE_APISERVER_SERVER_POD_LOGS_H_
#define KAITO_STANDALONE_APISERVER_SERVER_POD_LOGS_H_

// Where `kubectl logs` gets its text from: whoever runs the pods gives the
// server a PodLogs. The server checks that pod and container exist; the
// provider writes. PodAttach answers `kubectl attach` in the same way.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/base/http/response_writer.h"

namespace kaito::apiserver {

struct PodLogQuery {
  std::string ns;
  std::string pod;
  std::string uid;
  std::string container;
  bool follow = false;
  bool previous = false;
  bool timestamps = false;
  std::optional<int64_t> tail_lines;
  std::optional<int64_t> limit_bytes;
  std::optional<absl::Time> since;
};

// Answers with a stream of text/plain, or with SendApiError() (http_answer.h).
// Called on a worker of the server: a stream that is followed must be handed to
// another thread, with the writer.
using PodLogs =
    std::function<void(PodLogQuery query, http::ResponseWriter writer)>;

// Answers a request to attach to that container; the query's other fields have
// no meaning. Called as a PodLogs.
using PodAttach =
    std::function<void(PodLogQuery query, http::ResponseWriter writer)>;

// What a server without streams says to exec, attach and port-forward: 501.
absl::Status NoStreamsStatus(absl::string_view subresource);

}  // namespace kaito::apiserver

#endif  // KAITO_STANDALONE_APISERVER_SERVER_POD_LOGS_H_
