#include "kaito/base/http/headers.h"

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/status/status_matchers.h"

namespace kaito::http {
namespace {

using ::kaito::testing::StatusIs;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pair;

TEST(Headers, FindsNamesInAnyCaseAndKeepsOrder) {
  Headers headers = {{"Accept", "a"}, {"accept", "b"}, {"Host", "h"}};
  EXPECT_EQ(headers.Get("ACCEPT"), "a");
  EXPECT_EQ(headers.Get("Accep"), std::nullopt);
  headers.Add("X", "1");
  headers.Set("ACCEPT", "c");
  EXPECT_THAT(
      std::vector<Headers::Field>(headers.begin(), headers.end()),
      ElementsAre(Pair("Host", "h"), Pair("X", "1"), Pair("ACCEPT", "c")));
  headers.Remove("x");
  EXPECT_FALSE(headers.Has("X"));
}

TEST(Headers, LooksForTokensInAllFieldsOfAName) {
  const Headers headers = {{"Connection", "keep-alive"},
                           {"connection", "Upgrade , CLOSE"}};
  EXPECT_TRUE(headers.HasToken("Connection", "close"));
  EXPECT_TRUE(headers.HasToken("Connection", "upgrade"));
  EXPECT_FALSE(headers.HasToken("Connection", "clos"));
  EXPECT_FALSE(headers.HasToken("Other", "close"));
}

TEST(HeadersCheck, RefusesWhatCouldSmuggleAField) {
  KAITO_EXPECT_OK(Headers({{"X-Any_1", "tab\tand \xc3\xa9"}}).Check());
  for (const char* value : {"a\r\nB: c", "a\nb", "a\x7f", "\x01"}) {
    EXPECT_THAT(
        Headers({{"Authorization", value}}).Check(),
        StatusIs(absl::StatusCode::kInvalidArgument,
                 AllOf(HasSubstr("Authorization"), Not(HasSubstr("B: c")))));
  }
  EXPECT_FALSE(Headers({{"A", std::string("a\0b", 3)}}).Check().ok());
  for (const char* name : {"", "A B", "A:", "A\r\nB", "\xc3\xa9"}) {
    EXPECT_FALSE(Headers({{name, "v"}}).Check().ok()) << name;
  }
}

}  // namespace
}  // namespace kaito::http
