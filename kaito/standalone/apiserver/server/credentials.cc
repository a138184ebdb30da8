#include "kaito/standalone/apiserver/server/credentials.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/base/encoding/base64.h"
#include "kaito/base/file/directory.h"
#include "kaito/base/file/path.h"
#include "kaito/base/file/read_file.h"
#include "kaito/base/file/write_file.h"
#include "kaito/base/json/value.h"
#include "kaito/base/log/secret.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/tls/certificate.h"
#include "kaito/base/tls/issuer.h"
#include "kaito/base/tls/keyed_certificate.h"
#include "kaito/base/yaml/writer.h"

namespace kaito::apiserver {
namespace {

constexpr int64_t kMaxPemBytes = 64 << 10;
// Clocks of virtual machines go back a little now and then.
constexpr absl::Duration kBackdate = absl::Hours(1);
constexpr absl::Duration kAuthorityLife = absl::Hours(24 * 3650);
// Made anew at each start.
constexpr absl::Duration kLeafLife = absl::Hours(24 * 365);

absl::StatusOr<tls::KeyedCertificate> ReadAuthority(absl::string_view directory,
                                                    absl::Time now) {
  tls::KeyedCertificate authority;
  KAITO_ASSIGN_OR_RETURN(authority.certificate_pem,
                         ReadFile(JoinPath(directory, "ca.crt"), kMaxPemBytes));
  KAITO_ASSIGN_OR_RETURN(std::string key,
                         ReadFile(JoinPath(directory, "ca.key"), kMaxPemBytes));
  authority.key_pem = Secret::Take(std::move(key));
  KAITO_RETURN_IF_ERROR(
      tls::CheckKeyMatches(authority.certificate_pem, authority.key_pem));
  KAITO_ASSIGN_OR_RETURN(const tls::CertificateInfo info,
                         tls::ParseCertificate(authority.certificate_pem));
  if (now + kLeafLife > info.not_after) {
    return absl::NotFoundError("the authority's certificate runs out");
  }
  return authority;
}

absl::StatusOr<tls::KeyedCertificate> Authority(absl::string_view directory,
                                                absl::Time now) {
  absl::StatusOr<tls::KeyedCertificate> authority =
      ReadAuthority(directory, now);
  // Half a pair is left by a crash between the two writes below.
  if (authority.ok() || (!absl::IsNotFound(authority.status()) &&
                         !absl::IsFailedPrecondition(authority.status()))) {
    return authority;
  }
  KAITO_RETURN_IF_ERROR(MakeDirs(directory, 0700));
  KAITO_ASSIGN_OR_RETURN(tls::KeyedCertificate made,
                         tls::CreateAuthority({
                             .common_name = "kaito-standalone",
                             .not_before = now - kBackdate,
                             .not_after = now + kAuthorityLife,
                         }));
  KAITO_RETURN_IF_ERROR(WriteFileAtomic(JoinPath(directory, "ca.key"),
                                        made.key_pem.Reveal(), {.mode = 0600}));
  KAITO_RETURN_IF_ERROR(
      WriteFileAtomic(JoinPath(directory, "ca.crt"), made.certificate_pem));
  return made;
}

}  // namespace

absl::StatusOr<Credentials> PrepareCredentials(
    absl::string_view directory, const std::vector<std::string>& addresses,
    absl::Time now) {
  KAITO_ASSIGN_OR_RETURN(const tls::KeyedCertificate authority,
                         Authority(directory, now));
  Credentials credentials;
  credentials.authority_pem = authority.certificate_pem;
  KAITO_ASSIGN_OR_RETURN(
      credentials.server,
      tls::IssueCertificate(authority, {.common_name = "kaito-apiserver",
                                        .dns_names = {"localhost", "kubernetes",
                                                      "kubernetes.default",
                                                      "kubernetes.default.svc"},
                                        .ip_addresses = addresses,
                                        .server = true,
                                        .not_before = now - kBackdate,
                                        .not_after = now + kLeafLife}));
  KAITO_ASSIGN_OR_RETURN(
      credentials.client,
      tls::IssueCertificate(authority, {.common_name = "kaito-admin",
                                        .organizations = {"system:masters"},
                                        .client = true,
                                        .not_before = now - kBackdate,
                                        .not_after = now + kLeafLife}));
  return credentials;
}

std::string KubeconfigText(const Credentials& credentials,
                           absl::string_view url) {
  const json::Value config = json::Object{
      {"apiVersion", "v1"},
      {"kind", "Config"},
      {"clusters",
       json::Array{json::Object{
           {"name", "kaito"},
           {"cluster",
            json::Object{{"server", url},
                         {"certificate-authority-data",
                          Base64Encode(credentials.authority_pem)}}}}}},
      {"users",
       json::Array{json::Object{
           {"name", "kaito-admin"},
           {"user",
            json::Object{
                {"client-certificate-data",
                 Base64Encode(credentials.client.certificate_pem)},
                {"client-key-data",
                 Base64Encode(credentials.client.key_pem.Reveal())}}}}}},
      {"contexts", json::Array{json::Object{
                       {"name", "kaito"},
                       {"context", json::Object{{"cluster", "kaito"},
                                                {"user", "kaito-admin"},
                                                {"namespace", "default"}}}}}},
      {"current-context", "kaito"}};
  return yaml::Write(config);
}

}  // namespace kaito::apiserver
