#include "kaito/runtime/oci/credentials.h"

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/status/status_matchers.h"

namespace kaito::runtime {
namespace {

using ::kaito::testing::StatusIs;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(Credentials, AreFoundByTheNamesThatDockerWrites) {
  constexpr char kConfig[] =
      R"({"auths":{"https://index.docker.io/v1/":{"auth":"YTpiOmM="},
          "ghcr.io":{"username":"u","password":"p"},
          "localhost:5000":{"identitytoken":"i"}},"credsStore":"x"})";
  KAITO_ASSERT_OK_AND_ASSIGN(const Credentials hub,
                             FindCredentials(kConfig, "docker.io"));
  EXPECT_EQ(hub.user, "a");
  EXPECT_EQ(hub.password.Reveal(), "b:c");
  KAITO_ASSERT_OK_AND_ASSIGN(const Credentials github,
                             FindCredentials(kConfig, "ghcr.io"));
  EXPECT_EQ(github.password.Reveal(), "p");
  KAITO_ASSERT_OK_AND_ASSIGN(const Credentials local,
                             FindCredentials(kConfig, "localhost:5000"));
  EXPECT_EQ(local.identity_token.Reveal(), "i");
  KAITO_ASSERT_OK_AND_ASSIGN(const Credentials none,
                             FindCredentials(kConfig, "localhost:5001"));
  EXPECT_TRUE(none.empty());
}

TEST(Credentials, ErrorsShowNoSecret) {
  EXPECT_THAT(
      FindCredentials("{\"auths\":{\"h\":{\"auth\":\"s3cret", "h"),
      StatusIs(absl::StatusCode::kInvalidArgument, Not(HasSubstr("s3cret"))));
  EXPECT_THAT(
      FindCredentials(R"({"auths":{"h":{"auth":"s3cret"}}})", "h"),
      StatusIs(absl::StatusCode::kInvalidArgument, Not(HasSubstr("s3cret"))));
  EXPECT_FALSE(FindCredentials("[]", "h").ok());
}

TEST(Challenge, ReadsBothSchemes) {
  KAITO_ASSERT_OK_AND_ASSIGN(
      const Challenge bearer,
      ParseChallenge("bearer realm=\"https://h/t?a=\\\"b\", service = x,"
                     "scope=\"repository:a/b:pull,push\""));
  EXPECT_EQ(bearer.scheme, Challenge::Scheme::kBearer);
  EXPECT_EQ(bearer.realm, "https://h/t?a=\"b");
  EXPECT_EQ(bearer.service, "x");
  EXPECT_EQ(bearer.scope, "repository:a/b:pull,push");
  KAITO_ASSERT_OK_AND_ASSIGN(const Challenge basic, ParseChallenge("Basic"));
  EXPECT_EQ(basic.scheme, Challenge::Scheme::kBasic);
  for (const char* bad : {"", "Digest realm=x", "Bearer", "Bearer realm=\"x",
                          "Basic realm", "Basic realm=\"a\" x=\"b\""}) {
    EXPECT_FALSE(ParseChallenge(bad).ok()) << bad;
  }
}

}  // namespace
}  // namespace kaito::runtime
