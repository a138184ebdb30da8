#include "kaito/base/tls/issuer.h"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/base/tls/certificate.h"
#include "kaito/base/tls/keyed_certificate.h"

namespace kaito::tls {
namespace {

using ::kaito::testing::IsOk;
using ::kaito::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

// 2026-01-01 00:00:00 UTC.
const absl::Time kStart = absl::FromUnixSeconds(1767225600);
const absl::Time kEnd = kStart + absl::Hours(24 * 30);

KeyedCertificate Authority(absl::string_view name) {
  absl::StatusOr<KeyedCertificate> made =
      CreateAuthority({.common_name = std::string(name),
                       .not_before = kStart,
                       .not_after = kEnd});
  EXPECT_THAT(made, IsOk());
  return *made;
}

LeafOptions ServerOptions() {
  return {.common_name = "webhook",
          .organizations = {"kaito", "system:nodes"},
          .dns_names = {"kaito.kaito.svc", "*.pods.example"},
          .ip_addresses = {"127.0.0.1", "::1"},
          .server = true,
          .not_before = kStart,
          .not_after = kEnd};
}

// What Python's ssl module reads in `pem`.
std::string DecodedByPython(const std::string& pem) {
  const std::string path =
      std::string(std::getenv("TEST_TMPDIR")) + "/decoded.pem";
  std::ofstream(path) << pem;
  FILE* pipe = popen(
      ("python3 kaito/base/tls/testdata/decode_certificate.py " + path).c_str(),
      "r");
  std::string text;
  char buffer[512];
  size_t size = 0;
  while ((size = fread(buffer, 1, sizeof(buffer), pipe)) > 0) {
    text.append(buffer, size);
  }
  EXPECT_EQ(pclose(pipe), 0);
  return text;
}

TEST(IssueCertificate, IsReadTheSameByPython) {
  KAITO_ASSERT_OK_AND_ASSIGN(
      const KeyedCertificate leaf,
      IssueCertificate(Authority("kaito-ca"), ServerOptions()));
  EXPECT_EQ(
      DecodedByPython(leaf.certificate_pem),
      "subject [('organizationName', 'kaito'), ('organizationName', "
      "'system:nodes'), ('commonName', 'webhook')]\n"
      "issuer [('commonName', 'kaito-ca')]\n"
      "names [('DNS', 'kaito.kaito.svc'), ('DNS', '*.pods.example'), ('IP "
      "Address', '127.0.0.1'), ('IP Address', '0:0:0:0:0:0:0:1')]\n"
      "from Jan  1 00:00:00 2026 GMT\n"
      "until Jan 31 00:00:00 2026 GMT\n");
}

TEST(IssueCertificate, VerifiesAgainstItsAuthorityOnly) {
  const KeyedCertificate authority = Authority("ca");
  KAITO_ASSERT_OK_AND_ASSIGN(const KeyedCertificate leaf,
                             IssueCertificate(authority, ServerOptions()));
  const VerifyOptions options{.usage = Usage::kServer,
                              .host = "kaito.kaito.svc",
                              .at = kStart + absl::Hours(1)};
  KAITO_EXPECT_OK(VerifyCertificate(leaf.certificate_pem,
                                    authority.certificate_pem, options));
  // Same name, another key.
  EXPECT_THAT(VerifyCertificate(leaf.certificate_pem,
                                Authority("ca").certificate_pem, options),
              StatusIs(absl::StatusCode::kUnauthenticated));
}

TEST(IssueCertificate, IsGoodForTheStatedUseOnly) {
  const KeyedCertificate authority = Authority("ca");
  const auto verify = [&](const LeafOptions& leaf_options, Usage usage) {
    absl::StatusOr<KeyedCertificate> leaf =
        IssueCertificate(authority, leaf_options);
    EXPECT_THAT(leaf, IsOk());
    return VerifyCertificate(leaf->certificate_pem, authority.certificate_pem,
                             {.usage = usage, .at = kStart});
  };
  LeafOptions options = ServerOptions();
  KAITO_EXPECT_OK(verify(options, Usage::kServer));
  EXPECT_THAT(verify(options, Usage::kClient), Not(IsOk()));
  options.client = true;
  KAITO_EXPECT_OK(verify(options, Usage::kServer));
  KAITO_EXPECT_OK(verify(options, Usage::kClient));
  options.server = false;
  EXPECT_THAT(verify(options, Usage::kServer), Not(IsOk()));
}

TEST(IssueCertificate, GivesEachLeafItsOwnKeyAndSerial) {
  const KeyedCertificate authority = Authority("ca");
  KAITO_ASSERT_OK_AND_ASSIGN(const KeyedCertificate a,
                             IssueCertificate(authority, ServerOptions()));
  KAITO_ASSERT_OK_AND_ASSIGN(const KeyedCertificate b,
                             IssueCertificate(authority, ServerOptions()));
  KAITO_EXPECT_OK(CheckKeyMatches(a.certificate_pem, a.key_pem));
  EXPECT_THAT(
      CheckKeyMatches(a.certificate_pem, b.key_pem),
      StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("webhook")));
  KAITO_ASSERT_OK_AND_ASSIGN(const CertificateInfo info_a,
                             ParseCertificate(a.certificate_pem));
  KAITO_ASSERT_OK_AND_ASSIGN(const CertificateInfo info_b,
                             ParseCertificate(b.certificate_pem));
  EXPECT_NE(info_a.serial, info_b.serial);
}

TEST(CreateAuthority, IsAnAuthorityThatMaySignLeavesOnly) {
  const KeyedCertificate authority = Authority("ca");
  KAITO_ASSERT_OK_AND_ASSIGN(const CertificateInfo info,
                             ParseCertificate(authority.certificate_pem));
  EXPECT_TRUE(info.is_authority);
  EXPECT_EQ(info.not_before, kStart);
  EXPECT_EQ(info.not_after, kEnd);
  // A leaf used as an authority is no good to anyone.
  KAITO_ASSERT_OK_AND_ASSIGN(const KeyedCertificate leaf,
                             IssueCertificate(authority, ServerOptions()));
  KAITO_ASSERT_OK_AND_ASSIGN(const KeyedCertificate forged,
                             IssueCertificate(leaf, ServerOptions()));
  EXPECT_THAT(VerifyCertificate(forged.certificate_pem + leaf.certificate_pem,
                                authority.certificate_pem, {.at = kStart}),
              StatusIs(absl::StatusCode::kUnauthenticated));
}

TEST(IssueCertificate, RefusesOptionsThatMakeNoSense) {
  const KeyedCertificate authority = Authority("ca");
  const auto refuses = [&](const LeafOptions& options) {
    return absl::IsInvalidArgument(
        IssueCertificate(authority, options).status());
  };
  LeafOptions options = ServerOptions();
  options.server = false;
  EXPECT_TRUE(refuses(options));
  options = ServerOptions();
  options.common_name = std::string(65, 'a');
  EXPECT_TRUE(refuses(options));
  options = ServerOptions();
  options.not_after = options.not_before;
  EXPECT_TRUE(refuses(options));
  options = ServerOptions();
  options.ip_addresses = {"localhost"};
  EXPECT_TRUE(refuses(options));
  options = ServerOptions();
  // Would be read as two names by a configuration parser.
  options.dns_names = {"a.example,DNS:b.example"};
  EXPECT_TRUE(refuses(options));
  EXPECT_THAT(IssueCertificate({.certificate_pem = authority.certificate_pem,
                                .key_pem = Authority("b").key_pem},
                               ServerOptions()),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(CreateAuthority, GivesAKeyThatDoesNotPrintItself) {
  std::stringstream out;
  out << Authority("ca").key_pem;
  EXPECT_EQ(out.str(), "***");
}

}  // namespace
}  // namespace kaito::tls
