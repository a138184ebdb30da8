#ifndef KAITO_BASE_HTTP_CLIENT_OPTIONS_H_
#define KAITO_BASE_HTTP_CLIENT_OPTIONS_H_

// How a client connects: trust, identity, proxy, limits. See client.h.

#include <string>

#include "absl/time/time.h"
#include "kaito/base/http/address_policy.h"
#include "kaito/base/tls/keyed_certificate.h"

namespace kaito::http {

enum class ProxyFrom {
  kNowhere,
  kEnvironment,  // http_proxy, https_proxy, all_proxy, no_proxy.
  kUrl,          // ClientOptions::proxy_url.
};

struct ClientOptions {
  // The authorities to trust, as PEM; with it, no others. Empty: the system's.
  std::string ca_pem;
  // Shown to servers that ask for it. To change it, make another client.
  tls::KeyedCertificate client_certificate;
  // Expected in the certificate, and asked for by SNI, in place of the URL's
  // host; the Host header stays the URL's. Not an IP address.
  std::string server_name;

  ProxyFrom proxy_from = ProxyFrom::kEnvironment;
  // http, https, socks5 or socks5h; may hold user and password.
  std::string proxy_url;

  // HTTP/2 where the server takes it by ALPN.
  bool http2 = true;
  std::string user_agent = "kaito";
  absl::Duration connect_timeout = absl::Seconds(10);  // TCP and TLS.

  // Asked before each connection, for each address that a name resolved to;
  // with a proxy it sees the proxy's address only. Connections are shared only
  // within a client, so none escapes it.
  AddressPolicy address_policy;

  // Requests beyond these wait for a connection; their timeouts run. A watch
  // holds a connection of its own where the server speaks only HTTP/1.1.
  int max_connections = 256;
  int max_connections_per_host = 128;
  // Of one HTTP/2 connection; servers commonly allow 100.
  int max_streams_per_connection = 100;
};

}  // namespace kaito::http

#endif  // KAITO_BASE_HTTP_CLIENT_OPTIONS_H_
