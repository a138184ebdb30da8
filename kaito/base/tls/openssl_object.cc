#include "kaito/base/tls/openssl_object.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/base/log/secret.h"
#include "openssl/bio.h"
#include "openssl/err.h"
#include "openssl/pem.h"

namespace kaito::tls {
namespace {

// A bundle of all public authorities is about 220 KiB.
constexpr int64_t kMaxPemBytes = int64_t{4} << 20;

absl::StatusOr<BioPtr> ReaderOf(absl::string_view pem, absl::string_view what) {
  if (static_cast<int64_t>(pem.size()) > kMaxPemBytes) {
    return absl::InvalidArgumentError(absl::StrCat(
        what, ": ", pem.size(), " bytes, want at most ", kMaxPemBytes));
  }
  ERR_clear_error();
  // OpenSSL takes a null pointer for an error, even with no bytes.
  const char* data = pem.empty() ? "" : pem.data();
  BioPtr bio(BIO_new_mem_buf(data, static_cast<int>(pem.size())));
  if (bio == nullptr) {
    return OpensslError(absl::StatusCode::kResourceExhausted, what);
  }
  return bio;
}

absl::StatusOr<std::string> Contents(BIO* bio, int written,
                                     absl::string_view what) {
  char* data = nullptr;
  const int64_t size = BIO_get_mem_data(bio, &data);
  if (written != 1 || size <= 0) {
    return OpensslError(absl::StatusCode::kInternal, what);
  }
  return std::string(data, size);
}

int NoPassPhrase(char*, int, int, void*) { return -1; }

}  // namespace

absl::Status OpensslError(absl::StatusCode code, absl::string_view what) {
  const unsigned long error = ERR_peek_last_error();  // NOLINT: OpenSSL's type.
  const char* reason = error == 0 ? nullptr : ERR_reason_error_string(error);
  ERR_clear_error();
  return absl::Status(code,
                      absl::StrCat(what, ": ",
                                   reason == nullptr ? "no reason given by the "
                                                       "TLS library"
                                                     : reason));
}

absl::StatusOr<std::vector<X509Ptr>> ReadCertificates(absl::string_view pem) {
  absl::StatusOr<BioPtr> bio = ReaderOf(pem, "certificate");
  if (!bio.ok()) return bio.status();
  std::vector<X509Ptr> certificates;
  while (true) {
    X509Ptr next(PEM_read_bio_X509(bio->get(), nullptr, NoPassPhrase, nullptr));
    if (next == nullptr) break;
    certificates.push_back(std::move(next));
  }
  // The loop ends by an error in any case; this one is the end of the text.
  if (ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE) {
    return OpensslError(
        absl::StatusCode::kInvalidArgument,
        absl::StrCat("certificate: number ", certificates.size() + 1,
                     " of the PEM text is malformed"));
  }
  ERR_clear_error();
  if (certificates.empty()) {
    return absl::InvalidArgumentError(
        "certificate: the text holds no BEGIN CERTIFICATE block");
  }
  return certificates;
}

absl::StatusOr<KeyPtr> ReadPrivateKey(const Secret& key) {
  absl::StatusOr<BioPtr> bio = ReaderOf(key.Reveal(), "private key");
  if (!bio.ok()) return bio.status();
  KeyPtr parsed(
      PEM_read_bio_PrivateKey(bio->get(), nullptr, NoPassPhrase, nullptr));
  if (parsed == nullptr) {
    return OpensslError(absl::StatusCode::kInvalidArgument,
                        "private key: not a PEM key without a pass phrase");
  }
  return parsed;
}

absl::StatusOr<std::string> WriteCertificate(X509* certificate) {
  BioPtr bio(BIO_new(BIO_s_mem()));
  return Contents(bio.get(), PEM_write_bio_X509(bio.get(), certificate),
                  "certificate: can't be written as PEM");
}

absl::StatusOr<Secret> WritePrivateKey(EVP_PKEY* key) {
  BioPtr bio(BIO_new(BIO_s_mem()));
  absl::StatusOr<std::string> pem =
      Contents(bio.get(),
               PEM_write_bio_PrivateKey(bio.get(), key, nullptr, nullptr, 0,
                                        nullptr, nullptr),
               "private key: can't be written as PEM");
  if (!pem.ok()) return pem.status();
  return Secret::Take(*std::move(pem));
}

}  // namespace kaito::tls
