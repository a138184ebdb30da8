#include "kaito/base/tls/certificate.h"

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/log/secret.h"
#include "kaito/base/status/status_matchers.h"

namespace kaito::tls {
namespace {

using ::kaito::testing::IsOk;
using ::kaito::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

// Both were made by the openssl program, with RSA keys.
std::string Fixture(absl::string_view name) {
  std::ifstream file(absl::StrCat("kaito/base/tls/testdata/", name));
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

absl::Time Utc(const char* text) {
  absl::Time time;
  std::string error;
  EXPECT_TRUE(absl::ParseTime(absl::RFC3339_full, text, &time, &error))
      << error;
  return time;
}

TEST(ParseCertificate, ReadsWhatAnotherProgramWrote) {
  KAITO_ASSERT_OK_AND_ASSIGN(const CertificateInfo info,
                             ParseCertificate(Fixture("rsa_leaf.pem")));
  EXPECT_EQ(info.common_name, "kubernetes-admin");
  EXPECT_THAT(info.organizations, ElementsAre("system:masters", "kaito:edit"));
  EXPECT_THAT(info.dns_names, ElementsAre("api.example", "*.svc.example"));
  EXPECT_THAT(info.ip_addresses, ElementsAre("10.1.2.3", "fd00::7"));
  EXPECT_EQ(info.issuer_common_name, "fixture-ca");
  EXPECT_EQ(info.serial, "0A1B2C3D");
  EXPECT_EQ(info.not_before, Utc("2024-01-02T03:04:05Z"));
  EXPECT_EQ(info.not_after, Utc("2044-01-02T03:04:05Z"));
  EXPECT_FALSE(info.is_authority);
}

TEST(ParseCertificates, ReadsABundleInOrder) {
  KAITO_ASSERT_OK_AND_ASSIGN(const std::vector<CertificateInfo> infos,
                             ParseCertificates(absl::StrCat(
                                 "a comment\n", Fixture("rsa_leaf.pem"),
                                 "another\n", Fixture("rsa_authority.pem"))));
  ASSERT_THAT(infos, SizeIs(2));
  EXPECT_EQ(infos[0].common_name, "kubernetes-admin");
  EXPECT_EQ(infos[1].common_name, "fixture-ca");
  EXPECT_TRUE(infos[1].is_authority);
  EXPECT_THAT(infos[1].organizations, IsEmpty());
}

TEST(ParseCertificates, RefusesTextThatIsNotCertificates) {
  EXPECT_THAT(ParseCertificates(""),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("no BEGIN CERTIFICATE")));
  std::string cut = Fixture("rsa_leaf.pem");
  cut.erase(200, 8);
  EXPECT_THAT(ParseCertificates(cut),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(
      ParseCertificates(absl::StrCat(Fixture("rsa_authority.pem"), cut)),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("number 2")));
  EXPECT_THAT(ParseCertificates(std::string((4 << 20) + 1, 'x')),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("at most 4194304")));
}

TEST(CheckKeyMatches, RefusesWhatIsNoKeyAndDoesNotShowIt) {
  EXPECT_THAT(
      CheckKeyMatches(Fixture("rsa_leaf.pem"),
                      Secret("-----BEGIN PRIVATE KEY-----\n"
                             "c2VjcmV0\n"
                             "-----END PRIVATE KEY-----\n")),
      StatusIs(absl::StatusCode::kInvalidArgument, Not(HasSubstr("c2VjcmV0"))));
}

TEST(VerifyCertificate, ChecksSignatureNameTimeAndUse) {
  const std::string leaf = Fixture("rsa_leaf.pem");
  const std::string authority = Fixture("rsa_authority.pem");
  VerifyOptions options{.usage = Usage::kServer,
                        .host = "api.example",
                        .at = Utc("2030-01-01T00:00:00Z")};
  KAITO_EXPECT_OK(VerifyCertificate(leaf, authority, options));
  options.host = "other.example";
  EXPECT_THAT(
      VerifyCertificate(leaf, authority, options),
      StatusIs(absl::StatusCode::kUnauthenticated, HasSubstr("mismatch")));
  options.host = "a.svc.example";
  KAITO_EXPECT_OK(VerifyCertificate(leaf, authority, options));
  options.host = "fd00::7";
  KAITO_EXPECT_OK(VerifyCertificate(leaf, authority, options));
  options.host = "10.1.2.4";
  EXPECT_THAT(VerifyCertificate(leaf, authority, options), Not(IsOk()));
  options.host = "";
  options.at = Utc("2044-01-02T03:04:06Z");
  EXPECT_THAT(
      VerifyCertificate(leaf, authority, options),
      StatusIs(absl::StatusCode::kUnauthenticated, HasSubstr("expired")));
  options.at = Utc("2030-01-01T00:00:00Z");
  EXPECT_THAT(VerifyCertificate(leaf, leaf, options),
              StatusIs(absl::StatusCode::kUnauthenticated));
}

}  // namespace
}  // namespace kaito::tls
