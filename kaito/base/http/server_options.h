#ifndef KAITO_BASE_HTTP_SERVER_OPTIONS_H_
#define KAITO_BASE_HTTP_SERVER_OPTIONS_H_

// Where a server listens, whom it lets in, and its limits. See server.h.

#include <cstdint>
#include <optional>
#include <string>

#include "absl/time/time.h"
#include "kaito/base/tls/keyed_certificate.h"

namespace kaito::http {

enum class ClientCertificates {
  kIgnore,
  kVerifyIfGiven,  // Those who show none get in without an identity.
  kRequire,
};

struct ServerTls {
  tls::KeyedCertificate identity;
  ClientCertificates client_certificates = ClientCertificates::kIgnore;
  // Who signs clients' certificates, as PEM; needed unless they are ignored.
  std::string client_ca_pem;
};

struct ServerOptions {
  std::string address = "127.0.0.1";  // An IP address; "::" is every one.
  int port = 0;                       // 0: any free one; see Server::port().
  std::optional<ServerTls> tls;       // Without: plain HTTP.

  int io_threads = 1;          // Bytes in and out; TLS is the work in it.
  int worker_threads = 8;      // Handlers.
  int max_connections = 1024;  // More wait in the kernel's backlog.
  // Requests whose handler waits for a worker, runs, or has not begun to answer;
  // more get 503. Streams that have begun are bounded by max_connections.
  int max_in_flight = 256;

  int64_t max_header_bytes = 16 << 10;   // More: 431.
  int64_t max_body_bytes = 4 << 20;      // More: 413.
  int64_t max_queued_bytes = 256 << 10;  // Of a stream, ahead of its client.

  // From the first byte of a request to the end of its header, and from a
  // connection's start to its first byte, TLS included; then 408 or close.
  absl::Duration header_timeout = absl::Seconds(10);
  absl::Duration body_timeout = absl::Seconds(60);  // Then 408.
  absl::Duration idle_timeout = absl::Seconds(90);  // Between two requests.
  // The longest time in which a client takes not one byte of its response.
  absl::Duration write_timeout = absl::Seconds(30);
};

}  // namespace kaito::http

#endif  // KAITO_BASE_HTTP_SERVER_OPTIONS_H_
