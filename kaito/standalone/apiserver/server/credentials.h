#ifndef KAITO_STANDALONE_APISERVER_SERVER_CREDENTIALS_H_
#define KAITO_STANDALONE_APISERVER_SERVER_CREDENTIALS_H_

// Who the server is and who may talk to it: an authority of its own under the
// data directory, a server certificate for this machine, and a client
// certificate that is handed out in a kubeconfig. The authority is kept, so
// that a kubeconfig of an earlier run still works.

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/base/tls/keyed_certificate.h"

namespace kaito::apiserver {

struct Credentials {
  std::string authority_pem;
  tls::KeyedCertificate server;
  tls::KeyedCertificate client;
};

// Reads the authority under `directory`, or makes it there (mode 0600).
// `addresses` are the IP addresses that the server listens on.
absl::StatusOr<Credentials> PrepareCredentials(
    absl::string_view directory, const std::vector<std::string>& addresses,
    absl::Time now);

// The text of a kubeconfig with everything in it. Secret.
std::string KubeconfigText(const Credentials& credentials,
                           absl::string_view url);

}  // namespace kaito::apiserver

#endif  // KAITO_STANDALONE_APISERVER_SERVER_CREDENTIALS_H_
