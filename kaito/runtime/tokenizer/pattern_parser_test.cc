// Patterns: parsing, matching, and cutting by them.
#include "kaito/runtime/tokenizer/pattern_parser.h"

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/runtime/tokenizer/pattern.h"
#include "kaito/runtime/tokenizer/splitter.h"

namespace kaito::runtime::tokenization {
namespace {

using ::kaito::testing::StatusIs;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// The matches in `text`, one after the other.
std::vector<std::string> Matches(absl::string_view expression,
                                 absl::string_view text) {
  const absl::StatusOr<Pattern> pattern = ParsePattern(expression);
  if (!pattern.ok()) return {std::string(pattern.status().message())};
  PatternBudget budget(text.size());
  std::vector<std::string> found;
  Match m;
  for (size_t at = 0; pattern->Find(text, at, &budget, &m); at = m.end) {
    found.emplace_back(text.substr(m.begin, m.end - m.begin));
  }
  return found;
}

TEST(Pattern, TakesTheFirstAlternativeAndNotTheLongest) {
  EXPECT_THAT(Matches("a|ab", "abab"), ElementsAre("a", "a"));
  EXPECT_THAT(Matches("ab|a", "aba"), ElementsAre("ab", "a"));
}

TEST(Pattern, RepeatsGreedilyAndGivesBack) {
  EXPECT_THAT(Matches("a*ab", "aaab"), ElementsAre("aaab"));
  EXPECT_THAT(Matches("[ab]{2,3}b", "aabbbab"), ElementsAre("aabb", "bab"));
  EXPECT_THAT(Matches("x{2}", "xxxxx"), ElementsAre("xx", "xx"));
  EXPECT_THAT(Matches("x{2,}", "x xx xxxx"), ElementsAre("xx", "xxxx"));
  EXPECT_THAT(Matches("é?e", "ée"), ElementsAre("ée"));
}

TEST(Pattern, TriesGroupsInTheirOrder) {
  EXPECT_THAT(Matches("(a|ab)(c|bcd)?", "abcd"), ElementsAre("abcd"));
  EXPECT_THAT(Matches("x(?:ab|a)?b", "xab xb"), ElementsAre("xab", "xb"));
}

TEST(Pattern, LooksAheadWithoutTaking) {
  EXPECT_THAT(Matches(R"(\s+(?!\S)|\s+)", "a   b  "),
              ElementsAre("  ", " ", "  "));
  EXPECT_THAT(Matches("a(?!b)", "ab ac a"), ElementsAre("a", "a"));
}

TEST(Pattern, KnowsUnicodeClasses) {
  EXPECT_THAT(Matches(R"(\p{Lu}\p{Ll}+)", "Ärger Ω Ωμ"),
              ElementsAre("Ärger", "Ωμ"));
  EXPECT_THAT(Matches(R"([^\s\p{L}\p{N}]+)", "a—b\u3000½!?"),
              ElementsAre("—", "!?"));
  EXPECT_THAT(Matches(R"([^\S\n]+)", "a \t\n\u00a0b"),
              ElementsAre(" \t", "\u00a0"));
  EXPECT_THAT(Matches(R"(\d+)", "12 ٣٤ ½"), ElementsAre("12", "٣٤"));
  EXPECT_THAT(Matches(R"([a-cä-ö]+)", "abcd äöü"), ElementsAre("abc", "äö"));
  EXPECT_THAT(Matches(R"(\.\-\[)", "a.-["), ElementsAre(".-["));
}

TEST(Pattern, FoldsCaseWithTheLongS) {
  EXPECT_THAT(Matches("(?i:'s|'ve)", "'S 'ſ 'Ve 've 'x"),
              ElementsAre("'S", "'ſ", "'Ve", "'ve"));
  EXPECT_THAT(Matches("(?i:k)k", "Kk KK"), ElementsAre("Kk"));
}

TEST(ParsePattern, SaysWhereWhatItDoesNotKnowStands) {
  const struct {
    const char* expression;
    const char* where;
  } cases[] = {
      {"a.", "byte 1"},
      {"^a", "byte 0"},
      {"a$", "byte 1"},
      {"a+?", "byte 2"},
      {"a++", "byte 2"},
      {"(ab)+", "byte 5"},
      {"(?<=a)b", "byte 1"},
      {"(?=a)b", "byte 1"},
      {"(?!ab)c", "byte 4"},
      {R"(\w)", "byte 2"},
      {R"(\p{Greek}x)", "byte 3"},
      {R"(\p{L)", "byte 3"},
      {"[a", "byte 2"},
      {"[]", "byte 2"},
      {"[a[b]]", "byte 2"},
      {"[a&&b]", "byte 2"},
      {"[z-a]", "byte 4"},
      {"a{3,2}", "byte 6"},
      {"a{,2}", "byte 2"},
      {"a{99999}", "byte 6"},
      {"(a", "byte 2"},
      {"a)", "byte 1"},
      {"*a", "byte 0"},
      {"a\\", "byte 2"},
      {R"((?i:\p{L}))", "byte 9"},
  };
  for (const auto& c : cases) {
    EXPECT_THAT(ParsePattern(c.expression),
                StatusIs(absl::StatusCode::kInvalidArgument,
                         AllOf(HasSubstr(c.where), HasSubstr("not supported"))))
        << c.expression;
  }
}

TEST(ParsePattern, RefusesWhatMatchesNothingAndWhatIsHuge) {
  for (const char* expression : {"", "a*", "a?|b", "(?!a)", "()", "a|"}) {
    EXPECT_THAT(ParsePattern(expression),
                StatusIs(absl::StatusCode::kInvalidArgument,
                         HasSubstr("match nothing")))
        << expression;
  }
  EXPECT_THAT(ParsePattern(std::string(10000, 'a')),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("8192")));
  EXPECT_THAT(
      ParsePattern(std::string(100, '(')),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("deep nesting")));
}

TEST(Pattern, GivesUpWhereTheBudgetIsSpent) {
  KAITO_ASSERT_OK_AND_ASSIGN(const Pattern pattern,
                             ParsePattern("a*a*a*a*a*a*b"));
  const std::string text(2000, 'a');
  PatternBudget budget(text.size());
  Match m;
  EXPECT_FALSE(pattern.Find(text, 0, &budget, &m));
  EXPECT_TRUE(budget.spent());
}

TEST(Pattern, PublishedOnesStayFarBelowTheBudget) {
  KAITO_ASSERT_OK_AND_ASSIGN(
      const Pattern pattern,
      ParsePattern(R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|)"
                   R"(\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|)"
                   R"(\s+(?!\S)|\s+)"));
  for (const char* unit : {" ", "A", "a", "\n", "'", " \n", "1", "é", "橋"}) {
    std::string text;
    while (text.size() < 50000) text += unit;
    PatternBudget budget(0);  // A tenth of what this text would get.
    Match m;
    size_t at = 0;
    while (pattern.Find(text, at, &budget, &m)) at = m.end;
    EXPECT_EQ(at, text.size()) << unit;
    EXPECT_FALSE(budget.spent()) << unit;
  }
}

std::vector<std::string> Pieces(SplitBehavior behavior, bool invert) {
  const std::string text = "..a.b..";
  const Splitter splitter(Pattern::Literal("."), behavior, invert);
  PatternBudget budget(text.size());
  std::vector<Piece> pieces;
  EXPECT_TRUE(splitter.Split(text, {0, text.size()}, &budget, &pieces));
  std::vector<std::string> out;
  for (const auto& [begin, end] : pieces) {
    out.push_back(text.substr(begin, end - begin));
  }
  return out;
}

TEST(Splitter, HasFiveBehaviours) {
  EXPECT_THAT(Pieces(SplitBehavior::kRemoved, false), ElementsAre("a", "b"));
  EXPECT_THAT(Pieces(SplitBehavior::kRemoved, true),
              ElementsAre(".", ".", ".", ".", "."));
  EXPECT_THAT(Pieces(SplitBehavior::kIsolated, false),
              ElementsAre(".", ".", "a", ".", "b", ".", "."));
  EXPECT_THAT(Pieces(SplitBehavior::kMergedWithPrevious, false),
              ElementsAre(".", ".", "a.", "b.", "."));
  EXPECT_THAT(Pieces(SplitBehavior::kMergedWithNext, false),
              ElementsAre(".", ".a", ".b", ".", "."));
  EXPECT_THAT(Pieces(SplitBehavior::kContiguous, false),
              ElementsAre("..", "a", ".", "b", ".."));
}

}  // namespace
}  // namespace kaito::runtime::tokenization
