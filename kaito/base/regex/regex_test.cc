#include "kaito/base/regex/regex.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/status/status_matchers.h"

namespace kaito {
namespace {

using ::kaito::testing::IsOkAndHolds;
using ::kaito::testing::StatusIs;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(Regex, FullMatchTakesAllOfTheTextAndPartialMatchAPart) {
  const Regex regex = Regex::Literal("[a-z]+");
  EXPECT_TRUE(regex.FullMatch("falcon"));
  EXPECT_FALSE(regex.FullMatch("falcon-7b"));
  EXPECT_FALSE(regex.FullMatch("falcon\n"));
  EXPECT_TRUE(regex.PartialMatch("7-falcon-7b"));
  EXPECT_FALSE(regex.PartialMatch("7-7"));
  EXPECT_FALSE(regex.FullMatch(absl::string_view()));
  EXPECT_EQ(regex.pattern(), "[a-z]+");
}

TEST(Regex, GivesGroupsAndTellsEmptyFromAbsent) {
  const Regex regex = Regex::Literal("(\\w+):(\\d*)(@x)?");
  std::vector<absl::string_view> groups;
  const std::string text = "see v:7 there";
  ASSERT_TRUE(regex.PartialMatch(text, &groups));
  EXPECT_THAT(groups, ElementsAre("v:7", "v", "7", ""));
  EXPECT_EQ(groups[0].data(), text.data() + 4);
  EXPECT_EQ(groups[3].data(), nullptr);
  ASSERT_TRUE(regex.FullMatch("v:", &groups));
  EXPECT_THAT(groups, ElementsAre("v:", "v", "", ""));
  EXPECT_NE(groups[2].data(), nullptr);
  EXPECT_FALSE(regex.FullMatch("nothing", &groups));
}

TEST(Regex, MatchesEmptyTextWithoutData) {
  std::vector<absl::string_view> groups;
  ASSERT_TRUE(Regex::Literal("(a*)").FullMatch(absl::string_view(), &groups));
  EXPECT_THAT(groups, ElementsAre("", ""));
  EXPECT_NE(groups[1].data(), nullptr);
}

TEST(Regex, ReplacesEachMatch) {
  const Regex regex = Regex::Literal("(\\w)-(\\w)");
  EXPECT_THAT(regex.Replace("a-b c-d", "\\2+\\1"), IsOkAndHolds("b+a d+c"));
  EXPECT_THAT(regex.Replace("none", "x"), IsOkAndHolds("none"));
  EXPECT_THAT(regex.Replace("a-b", "\\3"),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(Regex, FollowsItsOptions) {
  KAITO_ASSERT_OK_AND_ASSIGN(
      const Regex regex, Regex::Compile("a.b", {.case_sensitive = false,
                                                .dot_matches_newline = true}));
  EXPECT_TRUE(regex.FullMatch("A\nB"));
  EXPECT_FALSE(Regex::Literal("a.b").FullMatch("a\nb"));
}

TEST(Regex, SurvivesAMove) {
  Regex first = Regex::Literal("a");
  const Regex second = std::move(first);
  EXPECT_TRUE(second.FullMatch("a"));
}

TEST(Compile, SaysWhatIsWrong) {
  EXPECT_THAT(Regex::Compile("a(b"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("a(b"), HasSubstr("missing"))));
  // Back references and look-ahead are what RE2 gives up for linear time.
  EXPECT_THAT(Regex::Compile("(a)\\1"),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(Regex::Compile("(?=a)"),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(Regex::Compile("\xFF"),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(Compile, BoundsPatternAndProgram) {
  KAITO_EXPECT_OK(Regex::Compile("aaaa", {.max_pattern_bytes = 4}));
  EXPECT_THAT(Regex::Compile("aaaaa", {.max_pattern_bytes = 4}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("5 bytes, more than the 4")));
  EXPECT_THAT(Regex::Compile("((\\pL{100}){100}){100}"),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(Regex::Compile("(\\pL{30}){30}"),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("large")));
}

TEST(FullMatch, TakesLinearTimeWhereBacktrackingWouldNot) {
  // 2^100000 ways to split the text; the test's time limit is the judge.
  const std::string text = absl::StrCat(std::string(100'000, 'a'), "b");
  EXPECT_FALSE(Regex::Literal("(a*)*c").FullMatch(text));
}

TEST(LiteralDeathTest, EndsTheProcessOnAWrongConstant) {
  EXPECT_DEATH(Regex::Literal("("), "missing.*Regex::Literal");
}

}  // namespace
}  // namespace kaito
