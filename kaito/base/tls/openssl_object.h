#ifndef KAITO_BASE_TLS_OPENSSL_OBJECT_H_
#define KAITO_BASE_TLS_OPENSSL_OBJECT_H_

// OpenSSL's objects with owners, and the PEM of them. Private to
// kaito/base/tls.

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/base/log/secret.h"
#include "openssl/bio.h"
#include "openssl/evp.h"
#include "openssl/x509.h"

namespace kaito::tls {

template <auto kFree>
struct OpensslDeleter {
  template <typename T>
  void operator()(T* object) const {
    kFree(object);
  }
};

using BioPtr = std::unique_ptr<BIO, OpensslDeleter<BIO_free_all>>;
using KeyPtr = std::unique_ptr<EVP_PKEY, OpensslDeleter<EVP_PKEY_free>>;
using X509Ptr = std::unique_ptr<X509, OpensslDeleter<X509_free>>;

// `what` with OpenSSL's reason for its last error; empties the thread's queue
// of errors, so that none is taken for a later call's.
absl::Status OpensslError(absl::StatusCode code, absl::string_view what);

// The certificates of a PEM text, one or more, in order.
absl::StatusOr<std::vector<X509Ptr>> ReadCertificates(absl::string_view pem);

// Refuses keys under a pass phrase rather than ask for it on the terminal.
absl::StatusOr<KeyPtr> ReadPrivateKey(const Secret& key);

absl::StatusOr<std::string> WriteCertificate(X509* certificate);
absl::StatusOr<Secret> WritePrivateKey(EVP_PKEY* key);

}  // namespace kaito::tls

#endif  // KAITO_BASE_TLS_OPENSSL_OBJECT_H_
