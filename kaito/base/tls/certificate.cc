#include "kaito/base/tls/certificate.h"

#include <arpa/inet.h>

#include <cstddef>
#include <ctime>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/base/log/secret.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/tls/openssl_object.h"
#include "openssl/asn1.h"
#include "openssl/bn.h"
#include "openssl/crypto.h"
#include "openssl/err.h"
#include "openssl/x509.h"
#include "openssl/x509_vfy.h"
#include "openssl/x509v3.h"

namespace kaito::tls {
namespace {

using NamesPtr =
    std::unique_ptr<GENERAL_NAMES, OpensslDeleter<GENERAL_NAMES_free>>;
using StorePtr = std::unique_ptr<X509_STORE, OpensslDeleter<X509_STORE_free>>;
using StoreContextPtr =
    std::unique_ptr<X509_STORE_CTX, OpensslDeleter<X509_STORE_CTX_free>>;
using BignumPtr = std::unique_ptr<BIGNUM, OpensslDeleter<BN_free>>;

absl::Status Malformed(absl::string_view what) {
  return OpensslError(absl::StatusCode::kInvalidArgument,
                      absl::StrCat("certificate: malformed ", what));
}

absl::StatusOr<std::vector<std::string>> EntriesOf(const X509_NAME* name,
                                                   int nid) {
  std::vector<std::string> entries;
  for (int at = X509_NAME_get_index_by_NID(name, nid, -1); at >= 0;
       at = X509_NAME_get_index_by_NID(name, nid, at)) {
    unsigned char* utf8 = nullptr;
    const int size = ASN1_STRING_to_UTF8(
        &utf8, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));
    if (size < 0) return Malformed("name");
    entries.emplace_back(reinterpret_cast<char*>(utf8), size);
    OPENSSL_free(utf8);
    // A zero byte makes C code see another name than we do.
    if (entries.back().find('\0') != std::string::npos) {
      return absl::InvalidArgumentError(
          "certificate: a name holds a zero byte");
    }
  }
  return entries;
}

absl::StatusOr<absl::Time> TimeOf(const ASN1_TIME* time) {
  std::tm parts = {};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return Malformed("time");
  return absl::FromTM(parts, absl::UTCTimeZone());
}

absl::StatusOr<std::string> AddressOf(const ASN1_OCTET_STRING* bytes) {
  const int size = ASN1_STRING_length(bytes);
  if (size != 4 && size != 16) return Malformed("IP address");
  char text[INET6_ADDRSTRLEN];
  if (inet_ntop(size == 4 ? AF_INET : AF_INET6, ASN1_STRING_get0_data(bytes),
                text, sizeof(text)) == nullptr) {
    return Malformed("IP address");
  }
  return std::string(text);
}

absl::Status ReadAlternativeNames(const X509* certificate,
                                  CertificateInfo& info) {
  const NamesPtr names(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type == GEN_DNS) {
      info.dns_names.emplace_back(
          reinterpret_cast<const char*>(ASN1_STRING_get0_data(name->d.dNSName)),
          ASN1_STRING_length(name->d.dNSName));
      if (info.dns_names.back().find('\0') != std::string::npos) {
        return absl::InvalidArgumentError(
            "certificate: a DNS name holds a zero byte");
      }
    } else if (name->type == GEN_IPADD) {
      KAITO_ASSIGN_OR_RETURN(std::string address, AddressOf(name->d.iPAddress));
      info.ip_addresses.push_back(address);
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> SerialOf(const X509* certificate) {
  const BignumPtr number(
      ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), nullptr));
  char* hex = number == nullptr ? nullptr : BN_bn2hex(number.get());
  if (hex == nullptr) return Malformed("serial number");
  std::string serial = hex;
  OPENSSL_free(hex);
  return serial;
}

absl::StatusOr<CertificateInfo> InfoOf(X509* certificate) {
  CertificateInfo info;
  const X509_NAME* subject = X509_get_subject_name(certificate);
  KAITO_ASSIGN_OR_RETURN(const std::vector<std::string> names,
                         EntriesOf(subject, NID_commonName));
  if (!names.empty()) info.common_name = names.back();
  KAITO_ASSIGN_OR_RETURN(info.organizations,
                         EntriesOf(subject, NID_organizationName));
  KAITO_ASSIGN_OR_RETURN(
      const std::vector<std::string> issuers,
      EntriesOf(X509_get_issuer_name(certificate), NID_commonName));
  if (!issuers.empty()) info.issuer_common_name = issuers.back();
  KAITO_RETURN_IF_ERROR(ReadAlternativeNames(certificate, info));
  KAITO_ASSIGN_OR_RETURN(info.serial, SerialOf(certificate));
  KAITO_ASSIGN_OR_RETURN(info.not_before,
                         TimeOf(X509_get0_notBefore(certificate)));
  KAITO_ASSIGN_OR_RETURN(info.not_after,
                         TimeOf(X509_get0_notAfter(certificate)));
  info.is_authority = X509_check_ca(certificate) == 1;
  ERR_clear_error();
  return info;
}

bool IsAddress(const std::string& host) {
  unsigned char bytes[16];
  return inet_pton(AF_INET, host.c_str(), bytes) == 1 ||
         inet_pton(AF_INET6, host.c_str(), bytes) == 1;
}

absl::Status SetExpectations(const VerifyOptions& options,
                             X509_VERIFY_PARAM* param) {
  X509_VERIFY_PARAM_set_time(param, absl::ToTimeT(options.at));
  X509_VERIFY_PARAM_set_purpose(param, options.usage == Usage::kServer
                                           ? X509_PURPOSE_SSL_SERVER
                                           : X509_PURPOSE_SSL_CLIENT);
  if (options.host.empty()) return absl::OkStatus();
  X509_VERIFY_PARAM_set_hostflags(param, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  const int set =
      IsAddress(options.host)
          ? X509_VERIFY_PARAM_set1_ip_asc(param, options.host.c_str())
          : X509_VERIFY_PARAM_set1_host(param, options.host.data(),
                                        options.host.size());
  if (set != 1) {
    return OpensslError(absl::StatusCode::kInvalidArgument,
                        absl::StrCat("certificate: host \"", options.host,
                                     "\" can't be checked"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<CertificateInfo>> ParseCertificates(
    absl::string_view pem) {
  KAITO_ASSIGN_OR_RETURN(const std::vector<X509Ptr> certificates,
                         ReadCertificates(pem));
  std::vector<CertificateInfo> infos;
  infos.reserve(certificates.size());
  for (const X509Ptr& certificate : certificates) {
    KAITO_ASSIGN_OR_RETURN(CertificateInfo info, InfoOf(certificate.get()));
    infos.push_back(std::move(info));
  }
  return infos;
}

absl::StatusOr<CertificateInfo> ParseCertificate(absl::string_view pem) {
  KAITO_ASSIGN_OR_RETURN(const std::vector<X509Ptr> certificates,
                         ReadCertificates(pem));
  return InfoOf(certificates.front().get());
}

absl::Status CheckKeyMatches(absl::string_view certificate_pem,
                             const Secret& key) {
  KAITO_ASSIGN_OR_RETURN(const std::vector<X509Ptr> certificates,
                         ReadCertificates(certificate_pem));
  KAITO_ASSIGN_OR_RETURN(const KeyPtr parsed, ReadPrivateKey(key));
  if (X509_check_private_key(certificates.front().get(), parsed.get()) != 1) {
    ERR_clear_error();
    KAITO_ASSIGN_OR_RETURN(const CertificateInfo info,
                           InfoOf(certificates.front().get()));
    return absl::FailedPreconditionError(
        absl::StrCat("certificate of \"", info.common_name,
                     "\": the private key beside it belongs to another"));
  }
  return absl::OkStatus();
}

absl::Status VerifyCertificate(absl::string_view certificate_pem,
                               absl::string_view authorities_pem,
                               const VerifyOptions& options) {
  KAITO_ASSIGN_OR_RETURN(const std::vector<X509Ptr> chain,
                         ReadCertificates(certificate_pem));
  KAITO_ASSIGN_OR_RETURN(const std::vector<X509Ptr> authorities,
                         ReadCertificates(authorities_pem));
  const StorePtr store(X509_STORE_new());
  for (const X509Ptr& authority : authorities) {
    X509_STORE_add_cert(store.get(), authority.get());
  }
  STACK_OF(X509)* untrusted = sk_X509_new_null();
  for (size_t i = 1; i < chain.size(); ++i) {
    sk_X509_push(untrusted, chain[i].get());
  }
  const std::unique_ptr<STACK_OF(X509), void (*)(STACK_OF(X509)*)> owner(
      untrusted, [](STACK_OF(X509) * stack) { sk_X509_free(stack); });
  const StoreContextPtr context(X509_STORE_CTX_new());
  if (X509_STORE_CTX_init(context.get(), store.get(), chain.front().get(),
                          untrusted) != 1) {
    return OpensslError(absl::StatusCode::kInternal, "certificate");
  }
  KAITO_RETURN_IF_ERROR(
      SetExpectations(options, X509_STORE_CTX_get0_param(context.get())));
  if (X509_verify_cert(context.get()) == 1) return absl::OkStatus();
  ERR_clear_error();
  KAITO_ASSIGN_OR_RETURN(const CertificateInfo info,
                         InfoOf(chain.front().get()));
  return absl::UnauthenticatedError(absl::StrCat(
      "certificate of \"", info.common_name, "\"",
      options.host.empty() ? "" : " for ", options.host, ": ",
      X509_verify_cert_error_string(X509_STORE_CTX_get_error(context.get()))));
}

}  // namespace kaito::tls
