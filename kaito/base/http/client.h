#ifndef KAITO_BASE_HTTP_CLIENT_H_
#define KAITO_BASE_HTTP_CLIENT_H_

// The HTTP client: HTTP/1.1 and HTTP/2 over TLS or plain TCP, whole responses
// or streams, many at a time over few connections. For API servers, registries,
// clouds and data sets. It does not retry (retry_policy.h), does not follow
// redirects (redirect.h), keeps no cookies, and always verifies TLS peers.
//
//   KAITO_ASSIGN_OR_RETURN(const std::unique_ptr<Client> client,
//                          Client::Create(clock, {.ca_pem = ca}));
//   KAITO_ASSIGN_OR_RETURN(const Response response,
//                          client->Do({.url = "https://h/x"}, stop));
//
//   KAITO_ASSIGN_OR_RETURN(std::unique_ptr<ResponseStream> watch,
//                          client->Open({.url = url, .timeout = forever},
//                          stop));
//   while (true) {
//     KAITO_ASSIGN_OR_RETURN(const std::string piece, watch->Read());
//     if (piece.empty()) break;  // The end.
//   }
//
// Errors: name resolution, refused and broken connections, a body that ends
// early: Unavailable. Timeouts: DeadlineExceeded. A server whose certificate
// does not hold, or one that refuses ours: Unauthenticated, with host and
// reason, since another try won't help until someone changes the trust. An
// address that the policy refuses: PermissionDenied. A body or header beyond
// its limit: ResourceExhausted. A stop: the token's status. Messages show the
// URL without user, query and fragment.
//
// libcurl repeats a request, of any method, once by itself where a kept
// connection turns out to have been closed before the first byte of an answer.

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/http/client_options.h"
#include "kaito/base/http/headers.h"
#include "kaito/base/http/message.h"
#include "kaito/base/sync/stop_token.h"

namespace kaito::http {

class CurlLoop;
class ResponseStream;

// Thread-safe. Destroying it ends all requests with Cancelled.
class Client {
 public:
  // `clock` must outlive the client. InvalidArgument where a certificate or key
  // does not parse or they don't belong together.
  static absl::StatusOr<std::unique_ptr<Client>> Create(Clock& clock,
                                                        ClientOptions options);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // Sends and waits for the whole response.
  absl::StatusOr<Response> Do(Request request, const StopToken& stop);

  // Sends and waits for the response's header; the body comes by Read(). The
  // token stops it for as long as the stream lives.
  absl::StatusOr<std::unique_ptr<ResponseStream>> Open(Request request,
                                                       const StopToken& stop);

 private:
  Client(Clock& clock, std::unique_ptr<CurlLoop> loop);

  Clock& clock_;
  const std::unique_ptr<CurlLoop> loop_;
};

// A response whose body is still coming. One thread at a time. Destroying it
// before the end drops the rest.
class ResponseStream {
 public:
  virtual ~ResponseStream() = default;

  virtual int code() const = 0;
  virtual const Headers& headers() const = 0;

  // Waits for the next piece; empty at the end of a whole body. After an error,
  // or the end, the same again.
  virtual absl::StatusOr<std::string> Read() = 0;
};

// The rest of a stream as one Response; ResourceExhausted beyond `max_bytes`.
absl::StatusOr<Response> ReadAll(ResponseStream& stream, int64_t max_bytes);

}  // namespace kaito::http

#endif  // KAITO_BASE_HTTP_CLIENT_H_
