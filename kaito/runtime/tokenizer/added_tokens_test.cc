#include "kaito/runtime/tokenizer/added_tokens.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace kaito::runtime::tokenization {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

AddedTokenFinder FinderOf(const std::vector<AddedToken>& tokens) {
  AddedTokenFinder finder;
  for (const AddedToken& token : tokens) finder.Add(token, token.content);
  return finder;
}

// "7:<s>" for a token, "text" for what is between.
std::vector<std::string> Parts(const AddedTokenFinder& finder,
                               absl::string_view text) {
  std::vector<std::string> parts;
  for (const auto& [piece, id] : finder.Split(text)) {
    const absl::string_view part =
        text.substr(piece.begin, piece.end - piece.begin);
    parts.push_back(id < 0 ? std::string(part) : absl::StrCat(id, ":", part));
  }
  return parts;
}

TEST(AddedTokenFinder, TakesTheFirstPlaceAndThereTheLongest) {
  const AddedTokenFinder finder = FinderOf({{.id = 1, .content = "ab"},
                                            {.id = 2, .content = "abcd"},
                                            {.id = 3, .content = "bcde"}});
  EXPECT_THAT(Parts(finder, "xabcx"), ElementsAre("x", "1:ab", "cx"));
  EXPECT_THAT(Parts(finder, "abcdeab"), ElementsAre("2:abcd", "e", "1:ab"));
  EXPECT_THAT(Parts(finder, "xbcde"), ElementsAre("x", "3:bcde"));
  EXPECT_THAT(Parts(finder, ""), IsEmpty());
  EXPECT_THAT(Parts(FinderOf({}), "ab"), ElementsAre("ab"));
}

TEST(AddedTokenFinder, StripsWhiteSpaceOfAnyScript) {
  const AddedTokenFinder finder =
      FinderOf({{.id = 1, .content = "<L>", .lstrip = true},
                {.id = 2, .content = "<R>", .rstrip = true}});
  EXPECT_THAT(Parts(finder, "x \u3000<L> y"),
              ElementsAre("x", "1: \u3000<L>", " y"));
  EXPECT_THAT(Parts(finder, "<R>\n\u0085 y"),
              ElementsAre("2:<R>\n\u0085 ", "y"));
  // White space goes to the token that comes first.
  EXPECT_THAT(Parts(finder, "<R>  <L>"), ElementsAre("2:<R>  ", "1:<L>"));
  EXPECT_THAT(Parts(finder, "\u200b<L>"), ElementsAre("\u200b", "1:<L>"));
}

TEST(AddedTokenFinder, FindsTokensInWhiteSpaceThatWasTakenAlong) {
  // As the reference does, which then has the line feed twice.
  const AddedTokenFinder finder =
      FinderOf({{.id = 1, .content = "<R>", .rstrip = true},
                {.id = 2, .content = "\nX"},
                {.id = 3, .content = "\n\n", .lstrip = true}});
  EXPECT_THAT(Parts(finder, "<R> \nXa"), ElementsAre("1:<R> \n", "2:\nX", "a"));
  // Nothing is left of one that strips to its left.
  EXPECT_THAT(Parts(finder, "<R>\n\ny"), ElementsAre("1:<R>\n\n", "y"));
  EXPECT_THAT(Parts(finder, "<R>\n\n y"), ElementsAre("1:<R>\n\n ", "y"));
}

TEST(AddedTokenFinder, LeavesWordsWhole) {
  const AddedTokenFinder finder =
      FinderOf({{.id = 1, .content = "word", .single_word = true}});
  EXPECT_THAT(Parts(finder, "(word) word"),
              ElementsAre("(", "1:word", ") ", "1:word"));
  for (const char* text :
       {"sword", "words", "word_", "word1", "éword", "wordé", "word\u0301"}) {
    EXPECT_THAT(Parts(finder, text), ElementsAre(text));
  }
}

TEST(AddedTokenFinder, TakesTextsOfNothingButWhiteSpace) {
  const AddedTokenFinder finder =
      FinderOf({{.id = 1, .content = " ", .lstrip = true, .rstrip = true},
                {.id = 2, .content = "\n", .rstrip = true}});
  const std::string text(300000, ' ');
  EXPECT_EQ(finder.Split(text).size(), 1u);
  const std::string lines(300000, '\n');
  EXPECT_EQ(finder.Split(lines).size(), 300000u);
}

}  // namespace
}  // namespace kaito::runtime::tokenization
