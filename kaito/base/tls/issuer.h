#ifndef KAITO_BASE_TLS_ISSUER_H_
#define KAITO_BASE_TLS_ISSUER_H_

// Makes certificates: a private authority, and server and client certificates
// signed by it. For the admission webhook, the embedded API server and tests;
// not for a public authority (there is no revocation). Keys are ECDSA P-256:
// every client of the last ten years takes them, and they cost a fraction of
// RSA's handshake. Serial numbers are 127 random bits.
//
//   KAITO_ASSIGN_OR_RETURN(
//       const KeyedCertificate ca,
//       CreateAuthority({.common_name = "kaito", .not_before = now - hour,
//                        .not_after = now + year}));
//   KAITO_ASSIGN_OR_RETURN(
//       const KeyedCertificate server,
//       IssueCertificate(ca, {.common_name = "webhook",
//                             .dns_names = {"kaito.kaito.svc"},
//                             .server = true, .not_before = now - hour,
//                             .not_after = now + month}));

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "kaito/base/tls/keyed_certificate.h"

namespace kaito::tls {

struct AuthorityOptions {
  std::string common_name;
  absl::Time not_before;
  absl::Time not_after;
};

struct LeafOptions {
  std::string common_name;
  std::vector<std::string> organizations;
  std::vector<std::string> dns_names;     // "*.example" is allowed.
  std::vector<std::string> ip_addresses;  // "127.0.0.1", "::1".
  bool server = false;                    // At least one of the two.
  bool client = false;
  // Validity, in whole seconds.
  absl::Time not_before;
  absl::Time not_after;
};

// A self-signed authority that may sign leaves only. InvalidArgument where the
// options make no sense.
absl::StatusOr<KeyedCertificate> CreateAuthority(
    const AuthorityOptions& options);

// A new key and its certificate, signed by `authority`. The validity is not cut
// to the authority's.
absl::StatusOr<KeyedCertificate> IssueCertificate(
    const KeyedCertificate& authority, const LeafOptions& options);

}  // namespace kaito::tls

#endif  // KAITO_BASE_TLS_ISSUER_H_
