#include "kaito/base/tls/issuer.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/tls/keyed_certificate.h"
#include "kaito/base/tls/openssl_object.h"
#include "openssl/asn1.h"
#include "openssl/bn.h"
#include "openssl/ec.h"
#include "openssl/evp.h"
#include "openssl/x509.h"
#include "openssl/x509v3.h"

namespace kaito::tls {
namespace {

using NamesPtr =
    std::unique_ptr<GENERAL_NAMES, OpensslDeleter<GENERAL_NAMES_free>>;
using ExtensionPtr =
    std::unique_ptr<X509_EXTENSION, OpensslDeleter<X509_EXTENSION_free>>;
using BignumPtr = std::unique_ptr<BIGNUM, OpensslDeleter<BN_free>>;

// X.520's bound for common and organization names.
constexpr int64_t kMaxNameBytes = 64;

absl::Status OpensslFailed(absl::string_view what) {
  return OpensslError(absl::StatusCode::kInternal,
                      absl::StrCat("issue certificate: ", what));
}

absl::Status CheckName(absl::string_view name) {
  if (name.empty() || static_cast<int64_t>(name.size()) > kMaxNameBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("issue certificate: name \"", name, "\" has ", name.size(),
                     " bytes, want 1 to ", kMaxNameBytes));
  }
  return absl::OkStatus();
}

absl::Status CheckValidity(absl::Time not_before, absl::Time not_after) {
  // Years that X.509's GeneralizedTime can spell.
  if (not_before >= not_after || not_before < absl::FromUnixSeconds(0) ||
      not_after >= absl::FromUnixSeconds(253402300800)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "issue certificate: validity from ", absl::FormatTime(not_before),
        " to ", absl::FormatTime(not_after), " is empty or out of range"));
  }
  return absl::OkStatus();
}

absl::Status AddName(X509_NAME* name, int nid, absl::string_view value) {
  KAITO_RETURN_IF_ERROR(CheckName(value));
  if (X509_NAME_add_entry_by_NID(
          name, nid, MBSTRING_UTF8,
          reinterpret_cast<const unsigned char*>(value.data()),
          static_cast<int>(value.size()), -1, 0) != 1) {
    return OpensslFailed(absl::StrCat("name \"", value, "\""));
  }
  return absl::OkStatus();
}

absl::Status SetSerial(X509* certificate) {
  const BignumPtr number(BN_new());
  if (number == nullptr ||
      BN_rand(number.get(), 127, BN_RAND_TOP_ANY, BN_RAND_BOTTOM_ANY) != 1 ||
      BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) ==
          nullptr) {
    return OpensslFailed("serial number");
  }
  return absl::OkStatus();
}

// `value` is in OpenSSL's configuration syntax: constants only, never input.
absl::Status AddExtension(X509* certificate, X509* issuer, int nid,
                          const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const ExtensionPtr extension(
      X509V3_EXT_conf_nid(nullptr, &context, nid, value));
  if (extension == nullptr ||
      X509_add_ext(certificate, extension.get(), -1) != 1) {
    return OpensslFailed(absl::StrCat("extension ", value));
  }
  return absl::OkStatus();
}

absl::Status CheckDnsName(const std::string& name) {
  const bool plain = std::all_of(name.begin(), name.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' ||
           c == '.' || c == '*' || c == '_';
  });
  // RFC 1035: 253 characters.
  if (name.empty() || name.size() > 253 || !plain) {
    return absl::InvalidArgumentError(
        absl::StrCat("issue certificate: \"", name, "\" is not a DNS name"));
  }
  return absl::OkStatus();
}

absl::Status PushName(GENERAL_NAMES* names, int type, absl::string_view bytes) {
  ASN1_STRING* text = ASN1_STRING_type_new(
      type == GEN_DNS ? V_ASN1_IA5STRING : V_ASN1_OCTET_STRING);
  GENERAL_NAME* name = GENERAL_NAME_new();
  if (text == nullptr || name == nullptr ||
      ASN1_STRING_set(text, bytes.data(), static_cast<int>(bytes.size())) !=
          1) {
    ASN1_STRING_free(text);
    GENERAL_NAME_free(name);
    return OpensslFailed("alternative name");
  }
  GENERAL_NAME_set0_value(name, type, text);
  if (sk_GENERAL_NAME_push(names, name) <= 0) {
    GENERAL_NAME_free(name);
    return OpensslFailed("alternative name");
  }
  return absl::OkStatus();
}

absl::Status AddAlternativeNames(X509* certificate,
                                 const LeafOptions& options) {
  if (options.dns_names.empty() && options.ip_addresses.empty()) {
    return absl::OkStatus();
  }
  const NamesPtr names(sk_GENERAL_NAME_new_null());
  for (const std::string& name : options.dns_names) {
    KAITO_RETURN_IF_ERROR(CheckDnsName(name));
    KAITO_RETURN_IF_ERROR(PushName(names.get(), GEN_DNS, name));
  }
  for (const std::string& address : options.ip_addresses) {
    char bytes[16];
    const bool v4 = inet_pton(AF_INET, address.c_str(), bytes) == 1;
    if (!v4 && inet_pton(AF_INET6, address.c_str(), bytes) != 1) {
      return absl::InvalidArgumentError(absl::StrCat(
          "issue certificate: \"", address, "\" is not an IP address"));
    }
    KAITO_RETURN_IF_ERROR(PushName(names.get(), GEN_IPADD,
                                   absl::string_view(bytes, v4 ? 4 : 16)));
  }
  if (X509_add1_ext_i2d(certificate, NID_subject_alt_name, names.get(), 0,
                        X509V3_ADD_DEFAULT) != 1) {
    return OpensslFailed("alternative names");
  }
  return absl::OkStatus();
}

struct Draft {
  X509Ptr certificate;
  KeyPtr key;
};

// A certificate with a fresh key and all but its extensions and signature.
absl::StatusOr<Draft> MakeDraft(absl::string_view common_name,
                                const std::vector<std::string>& organizations,
                                absl::Time not_before, absl::Time not_after) {
  KAITO_RETURN_IF_ERROR(CheckValidity(not_before, not_after));
  Draft draft{.certificate = X509Ptr(X509_new()),
              .key = KeyPtr(EVP_EC_gen("P-256"))};
  X509* certificate = draft.certificate.get();
  if (certificate == nullptr || draft.key == nullptr ||
      X509_set_version(certificate, X509_VERSION_3) != 1 ||
      X509_set_pubkey(certificate, draft.key.get()) != 1 ||
      ASN1_TIME_set(X509_getm_notBefore(certificate),
                    absl::ToTimeT(not_before)) == nullptr ||
      ASN1_TIME_set(X509_getm_notAfter(certificate),
                    absl::ToTimeT(not_after)) == nullptr) {
    return OpensslFailed("key and validity");
  }
  KAITO_RETURN_IF_ERROR(SetSerial(certificate));
  X509_NAME* subject = X509_get_subject_name(certificate);
  for (const std::string& organization : organizations) {
    KAITO_RETURN_IF_ERROR(AddName(subject, NID_organizationName, organization));
  }
  KAITO_RETURN_IF_ERROR(AddName(subject, NID_commonName, common_name));
  return draft;
}

absl::StatusOr<KeyedCertificate> Sign(Draft draft, EVP_PKEY* signer) {
  if (X509_sign(draft.certificate.get(), signer, EVP_sha256()) == 0) {
    return OpensslFailed("signature");
  }
  KeyedCertificate signed_pair;
  KAITO_ASSIGN_OR_RETURN(signed_pair.certificate_pem,
                         WriteCertificate(draft.certificate.get()));
  KAITO_ASSIGN_OR_RETURN(signed_pair.key_pem, WritePrivateKey(draft.key.get()));
  return signed_pair;
}

}  // namespace

absl::StatusOr<KeyedCertificate> CreateAuthority(
    const AuthorityOptions& options) {
  KAITO_ASSIGN_OR_RETURN(Draft draft,
                         MakeDraft(options.common_name, {}, options.not_before,
                                   options.not_after));
  X509* certificate = draft.certificate.get();
  if (X509_set_issuer_name(certificate, X509_get_subject_name(certificate)) !=
      1) {
    return OpensslFailed("issuer");
  }
  KAITO_RETURN_IF_ERROR(AddExtension(certificate, certificate,
                                     NID_basic_constraints,
                                     "critical,CA:TRUE,pathlen:0"));
  KAITO_RETURN_IF_ERROR(AddExtension(certificate, certificate, NID_key_usage,
                                     "critical,keyCertSign,cRLSign"));
  KAITO_RETURN_IF_ERROR(AddExtension(certificate, certificate,
                                     NID_subject_key_identifier, "hash"));
  EVP_PKEY* own_key = draft.key.get();
  return Sign(std::move(draft), own_key);
}

absl::StatusOr<KeyedCertificate> IssueCertificate(
    const KeyedCertificate& authority, const LeafOptions& options) {
  if (!options.server && !options.client) {
    return absl::InvalidArgumentError(
        absl::StrCat("issue certificate: \"", options.common_name,
                     "\" is for neither servers nor clients"));
  }
  KAITO_ASSIGN_OR_RETURN(const std::vector<X509Ptr> issuers,
                         ReadCertificates(authority.certificate_pem));
  X509* issuer = issuers.front().get();
  KAITO_ASSIGN_OR_RETURN(const KeyPtr signer,
                         ReadPrivateKey(authority.key_pem));
  if (X509_check_private_key(issuer, signer.get()) != 1) {
    return OpensslError(absl::StatusCode::kInvalidArgument,
                        "issue certificate: the authority's key");
  }
  KAITO_ASSIGN_OR_RETURN(Draft draft,
                         MakeDraft(options.common_name, options.organizations,
                                   options.not_before, options.not_after));
  X509* leaf = draft.certificate.get();
  if (X509_set_issuer_name(leaf, X509_get_subject_name(issuer)) != 1) {
    return OpensslFailed("issuer");
  }
  KAITO_RETURN_IF_ERROR(
      AddExtension(leaf, issuer, NID_basic_constraints, "critical,CA:FALSE"));
  KAITO_RETURN_IF_ERROR(
      AddExtension(leaf, issuer, NID_key_usage, "critical,digitalSignature"));
  KAITO_RETURN_IF_ERROR(AddExtension(leaf, issuer, NID_ext_key_usage,
                                     !options.client ? "serverAuth"
                                     : !options.server
                                         ? "clientAuth"
                                         : "serverAuth,clientAuth"));
  KAITO_RETURN_IF_ERROR(
      AddExtension(leaf, issuer, NID_subject_key_identifier, "hash"));
  KAITO_RETURN_IF_ERROR(
      AddExtension(leaf, issuer, NID_authority_key_identifier, "keyid"));
  KAITO_RETURN_IF_ERROR(AddAlternativeNames(leaf, options));
  return Sign(std::move(draft), signer.get());
}

}  // namespace kaito::tls
