#include "kaito/runtime/chat_template/lexer.h"

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/runtime/chat_template/arena.h"

namespace kaito::runtime::jinja {
namespace {

using ::kaito::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// The tokens' texts, and where they are: "x@2:3".
std::vector<std::string> Tokens(absl::string_view source) {
  Arena arena(1 << 20);
  std::vector<std::string> texts;
  const auto tokens = Tokenize(source, arena);
  EXPECT_TRUE(tokens.ok()) << tokens.status();
  if (!tokens.ok()) return texts;
  for (const Token& token : *tokens) {
    texts.push_back(
        absl::StrCat(token.text, "@", token.line, ":", token.column));
  }
  return texts;
}

TEST(Tokenize, CountsLinesAndCodePoints) {
  EXPECT_THAT(Tokens("é{{ a\n  .b }}"),
              ElementsAre("é@1:1", "{{@1:2", "a@1:5", ".@2:3", "b@2:4",
                          "}}@2:6", "@2:8"));
}

TEST(Tokenize, SettlesWhiteSpaceAroundTags) {
  EXPECT_THAT(
      Tokens("a \n  {% x %}\n b"),
      ElementsAre("a \n@1:1", "{%@2:3", "x@2:6", "%}@2:8", " b@3:1", "@3:3"));
  EXPECT_THAT(
      Tokens("a {%- x -%} \n b"),
      ElementsAre("a@1:1", "{%@1:3", "x@1:7", "%}@1:9", "b@2:2", "@2:3"));
}

TEST(Tokenize, SaysWhereACharacterIsWrong) {
  Arena arena(1 << 20);
  EXPECT_THAT(
      Tokenize("\n{{ é ? }}", arena),
      StatusIs(absl::StatusCode::kInvalidArgument,
               HasSubstr("line 2: unexpected character '?' (column 6)")));
  EXPECT_THAT(Tokenize("{{ '\\ud800' }}", arena),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(
      Tokenize("{{ 9223372036854775808 }}", arena),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("64 bits")));
}

TEST(NormalizeSource, UnifiesLineEndsAndDropsTheLast) {
  EXPECT_EQ(NormalizeSource("a\r\nb\rc\n\n"), "a\nb\nc\n");
  EXPECT_EQ(NormalizeSource("\n"), "");
}

}  // namespace
}  // namespace kaito::runtime::jinja
