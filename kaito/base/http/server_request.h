#ifndef KAITO_BASE_HTTP_SERVER_REQUEST_H_
#define KAITO_BASE_HTTP_SERVER_REQUEST_H_

// A request as a handler gets it: whole, bounded, taken apart. See server.h.

#include <optional>
#include <string>
#include <vector>

#include "kaito/base/http/headers.h"
#include "kaito/base/http/target.h"

namespace kaito::http {

// Who a verified client certificate names.
struct PeerIdentity {
  std::string common_name;
  std::vector<std::string> organizations;
};

struct Peer {
  std::string address;  // IP address, without port.
  int port = 0;
  bool tls = false;
  // Only where the server asks for certificates and the client showed one.
  std::optional<PeerIdentity> identity;
};

struct ServerRequest {
  std::string method;
  std::string raw_target;  // As sent. May carry secrets in its query.
  Target target;
  Headers headers;
  std::string body;
  Peer peer;
};

}  // namespace kaito::http

#endif  // KAITO_BASE_HTTP_SERVER_REQUEST_H_
