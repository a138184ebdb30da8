#ifndef KAITO_BASE_TLS_KEYED_CERTIFICATE_H_
#define KAITO_BASE_TLS_KEYED_CERTIFICATE_H_

// Who a server or client is: what issuer.h makes, what the HTTP client and
// server present, and what a Secret of type kubernetes.io/tls holds.

#include <string>

#include "kaito/base/log/secret.h"

namespace kaito::tls {

struct KeyedCertificate {
  // With the chain below the authority, if any.
  std::string certificate_pem;
  Secret key_pem;
};

}  // namespace kaito::tls

#endif  // KAITO_BASE_TLS_KEYED_CERTIFICATE_H_
