#ifndef KAITO_BASE_HTTP_SERVER_H_
#define KAITO_BASE_HTTP_SERVER_H_

// The HTTP/1.1 server, plain or TLS: for admission webhooks, the served model,
// the embedded API server, metrics. Bounded in every direction, so that it can
// face strangers. No HTTP/2, no WebSocket, no files.
//
//   Router router;
//   KAITO_RETURN_IF_ERROR(router.Add("GET", "/healthz", Healthz));
//   KAITO_ASSIGN_OR_RETURN(
//       const std::unique_ptr<Server> server,
//       Server::Start(clock, {.port = 5000}, std::move(router).AsHandler()));
//   …
//   server->Stop(absl::Seconds(20));
//
// A handler runs on one of a fixed number of worker threads and may take its
// time there, but not for ever: a stream that lives long, or an answer that
// waits for something, is written from elsewhere (response_writer.h). Slow or
// silent clients cost no thread.

#include <functional>
#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/http/response_writer.h"
#include "kaito/base/http/server_options.h"
#include "kaito/base/http/server_request.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/base/tls/keyed_certificate.h"

namespace kaito::http {

// Called from several threads at once. The request is gone when it returns; the
// writer may be moved away and used later.
using Handler = std::function<void(const ServerRequest&, ResponseWriter&)>;

class Server {
 public:
  // Listens when it returns. `clock` outlives the server. InvalidArgument for an
  // address, certificate or limit that can't be; Unavailable where the address
  // is in use.
  static absl::StatusOr<std::unique_ptr<Server>> Start(Clock& clock,
                                                       ServerOptions options,
                                                       Handler handler);
  // Stop(0).
  virtual ~Server() = default;

  virtual int port() const = 0;

  // Stops when Stop() begins: streams that have no end of their own should end.
  virtual StopToken stopping() const = 0;

  // For new connections; the old ones keep theirs. An error leaves all as it
  // was. FailedPrecondition without TLS.
  virtual absl::Status ReplaceCertificate(
      const tls::KeyedCertificate& identity) = 0;

  // Takes no more connections, closes those that are idle, and lets the others
  // finish their request for at most `patience`; then closes them all, and
  // waits for the handlers that still run: these see client_gone(). Not from a
  // handler. Again does nothing.
  virtual void Stop(absl::Duration patience) = 0;
};

}  // namespace kaito::http

#endif  // KAITO_BASE_HTTP_SERVER_H_
