#ifndef KAITO_BASE_HTTP_RESPONSE_WRITER_H_
#define KAITO_BASE_HTTP_RESPONSE_WRITER_H_

// How a handler answers: with a whole response, or with a stream that it, or
// anyone it hands the stream to, writes over time. See server.h.
//
//   writer.Send({.code = 200, .headers = …, .body = "ok"}).IgnoreError();
//
//   absl::StatusOr<BodyStream> events = writer.Stream(200, headers);
//   if (!events.ok()) return;
//   watchers.Add(*std::move(events));   // Written later, from elsewhere.
//
// Status Cancelled says that the client has gone: nobody to tell, so most
// handlers have nothing to do about it but to stop working.

#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/base/http/headers.h"
#include "kaito/base/http/message.h"
#include "kaito/base/sync/stop_token.h"

namespace kaito::http {

class Exchange;

// The body of a response that is still being written; one thread at a time.
// Destroyed before Finish(), it cuts the connection, so that no client takes the
// part for the whole. May outlive the server.
class BodyStream {
 public:
  explicit BodyStream(std::shared_ptr<Exchange> exchange);
  BodyStream(BodyStream&&) noexcept = default;
  BodyStream& operator=(BodyStream&& other) noexcept;
  ~BodyStream();

  // Goes out at once. Waits where the client is behind by more than
  // ServerOptions::max_queued_bytes; the server cuts a client that takes nothing
  // for ServerOptions::write_timeout.
  absl::Status Write(absl::string_view piece);
  // Does not wait: ResourceExhausted, with nothing written, instead. For one
  // thread that serves many streams.
  absl::Status TryWrite(absl::string_view piece);
  absl::Status Finish();

  // Stops when the client leaves or the server closes the connection.
  StopToken client_gone() const;

 private:
  // Shared with the connection. Null after a move.
  std::shared_ptr<Exchange> exchange_;
};

// The right to answer one request. It can be moved out of the handler and used
// later, from any thread. Destroyed without an answer, it answers 500.
class ResponseWriter {
 public:
  explicit ResponseWriter(std::shared_ptr<Exchange> exchange);
  ResponseWriter(ResponseWriter&&) noexcept = default;
  ResponseWriter& operator=(ResponseWriter&& other) noexcept;
  ~ResponseWriter();

  // Once only. The server adds Connection, Content-Length and Date, and leaves
  // the body out where the method or code has none.
  absl::Status Send(Response response);
  // {"code":…,"message":…} as JSON.
  absl::Status SendError(int code, absl::string_view message);
  // Once only; the header goes out at once. After it the writer may go.
  absl::StatusOr<BodyStream> Stream(int code, Headers headers);

  // As BodyStream's. A handler that works long looks at it.
  StopToken client_gone() const;

 private:
  // Shared with the connection. Null after a move.
  std::shared_ptr<Exchange> exchange_;
};

}  // namespace kaito::http

#endif  // KAITO_BASE_HTTP_RESPONSE_WRITER_H_
