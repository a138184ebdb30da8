#include "kaito/base/http/target.h"

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/status/status_matchers.h"

namespace kaito::http {
namespace {

using ::kaito::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

TEST(ParseTarget, CutsBeforeItDecodes) {
  KAITO_ASSERT_OK_AND_ASSIGN(
      const Target target,
      ParseTarget("/api/v1/pods/a%2Fb%20c?limit=5&q=x+y%26z"));
  EXPECT_THAT(target.segments, ElementsAre("api", "v1", "pods", "a/b c"));
  EXPECT_EQ(target.path, "/api/v1/pods/a/b c");
  EXPECT_THAT(target.query,
              ElementsAre(Pair("limit", "5"), Pair("q", "x y&z")));
}

TEST(ParseTarget, KeepsEmptySegments) {
  KAITO_ASSERT_OK_AND_ASSIGN(const Target root, ParseTarget("/"));
  EXPECT_THAT(root.segments, ElementsAre(""));
  EXPECT_THAT(root.query, IsEmpty());
  KAITO_ASSERT_OK_AND_ASSIGN(const Target slashes, ParseTarget("/a//b/?"));
  EXPECT_THAT(slashes.segments, ElementsAre("a", "", "b", ""));
  EXPECT_EQ(slashes.path, "/a//b/");
}

TEST(ParseTarget, TakesTheFormThatProxiesSend) {
  KAITO_ASSERT_OK_AND_ASSIGN(const Target target,
                             ParseTarget("http://h:80/a?b=c"));
  EXPECT_EQ(target.path, "/a");
  EXPECT_THAT(target.query, ElementsAre(Pair("b", "c")));
  KAITO_ASSERT_OK_AND_ASSIGN(const Target bare, ParseTarget("HTTPS://h"));
  EXPECT_EQ(bare.path, "/");
}

TEST(ParseTarget, RefusesTricks) {
  for (const absl::string_view text :
       {"", "*", "a", "host:443", "/..", "/a/../b", "/a/%2e%2E/b", "/./a",
        "/a/.", "/%zz", "/%2", "/a%00b", "/a?b=%", "ftp://h/a", "?a"}) {
    EXPECT_THAT(ParseTarget(text), StatusIs(absl::StatusCode::kInvalidArgument))
        << text;
  }
}

}  // namespace
}  // namespace kaito::http
