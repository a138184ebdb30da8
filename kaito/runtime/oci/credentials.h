#ifndef KAITO_RUNTIME_OCI_CREDENTIALS_H_
#define KAITO_RUNTIME_OCI_CREDENTIALS_H_

// Who to be at a registry: from a docker config.json, which is also what a
// secret of type kubernetes.io/dockerconfigjson holds; and what a registry's
// 401 asks for.
//
//   KAITO_ASSIGN_OR_RETURN(const Credentials credentials,
//                          FindCredentials(config_json, "ghcr.io"));
//
// Pure. Messages never show a value.

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/base/log/secret.h"

namespace kaito::runtime {

struct Credentials {
  std::string user;
  Secret password;
  Secret identity_token;  // In place of a password; exchanged for a token.

  bool empty() const { return user.empty() && identity_token.empty(); }
};

// Those for a registry ("host" or "host:port"), by host, "https://host",
// "https://host/v1/" or "https://host/v2/", as Docker writes them; none where
// there is no entry. InvalidArgument for a file that is no config.json.
// Credential helpers are programs, and are not run.
absl::StatusOr<Credentials> FindCredentials(absl::string_view config_json,
                                            absl::string_view registry);

// A WWW-Authenticate header.
struct Challenge {
  enum class Scheme { kBasic, kBearer } scheme = Scheme::kBasic;
  std::string realm;
  std::string service;
  std::string scope;
};

// InvalidArgument for other schemes and for a malformed header.
absl::StatusOr<Challenge> ParseChallenge(absl::string_view header);

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_OCI_CREDENTIALS_H_
