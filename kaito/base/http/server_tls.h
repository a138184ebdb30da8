#ifndef KAITO_BASE_HTTP_SERVER_TLS_H_
#define KAITO_BASE_HTTP_SERVER_TLS_H_

// OpenSSL's context for the server, and whom a handshake has proved. Private to
// the server.

#include <memory>
#include <optional>

#include "absl/status/statusor.h"
#include "kaito/base/http/server_options.h"
#include "kaito/base/http/server_request.h"
#include "openssl/ssl.h"

namespace kaito::http {

struct SslContextDeleter {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
using SslContextPtr = std::unique_ptr<SSL_CTX, SslContextDeleter>;

// TLS 1.2 and 1.3, HTTP/1.1 by ALPN. InvalidArgument or FailedPrecondition where
// the certificates don't parse or don't belong together.
absl::StatusOr<SslContextPtr> MakeServerContext(const ServerTls& options);

// Who the client's verified certificate names; nothing where it showed none.
std::optional<PeerIdentity> VerifiedIdentity(const SSL* connection);

}  // namespace kaito::http

#endif  // KAITO_BASE_HTTP_SERVER_TLS_H_
