#ifndef KAITO_BASE_TLS_CERTIFICATE_H_
#define KAITO_BASE_TLS_CERTIFICATE_H_

// Reading and judging X.509 certificates in PEM: who is named, until when, and
// whether an authority vouches for it. For authenticating clients by their
// certificates, for deciding when to renew, and for checking a pair of files
// before serving with it. Making certificates is issuer.h.
//
//   KAITO_ASSIGN_OR_RETURN(const CertificateInfo info, ParseCertificate(pem));
//   if (info.not_after - clock.Now() < third_of_life) Renew();

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/base/log/secret.h"

namespace kaito::tls {

struct CertificateInfo {
  std::string common_name;                 // The last one, as Go reads it.
  std::vector<std::string> organizations;  // In the certificate's order.
  std::vector<std::string> dns_names;      // Alternative names.
  std::vector<std::string> ip_addresses;   // Alternative names, "::1" style.
  std::string issuer_common_name;
  std::string serial;  // Upper-case hexadecimal.
  absl::Time not_before;
  absl::Time not_after;
  bool is_authority = false;
};

// The first certificate of a PEM text; InvalidArgument where there is none.
absl::StatusOr<CertificateInfo> ParseCertificate(absl::string_view pem);

// All of them, at least one.
absl::StatusOr<std::vector<CertificateInfo>> ParseCertificates(
    absl::string_view pem);

// OK where the key belongs to the first certificate. FailedPrecondition where
// it does not: while a pair of files is being replaced, that will pass.
absl::Status CheckKeyMatches(absl::string_view certificate_pem,
                             const Secret& key);

enum class Usage { kServer, kClient };

struct VerifyOptions {
  Usage usage = Usage::kServer;
  // A DNS name or an IP address that the certificate must hold; empty: any.
  std::string host;
  absl::Time at;  // Must lie within the validity of each certificate used.
};

// OK where the first certificate leads, over the others of its text, to one of
// `authorities_pem`. Unauthenticated with the reason where it does not.
absl::Status VerifyCertificate(absl::string_view certificate_pem,
                               absl::string_view authorities_pem,
                               const VerifyOptions& options);

}  // namespace kaito::tls

#endif  // KAITO_BASE_TLS_CERTIFICATE_H_
