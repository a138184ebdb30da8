#include "kaito/operator/quickstart/scorecard.h"

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace kaito::controller {
namespace {

using ::testing::HasSubstr;

constexpr char kTwo[] =
    R"({"kind":"fact","messages":[{"role":"user","content":"When?"}],"expect":"It opens at nine.","key":"nine"})"
    "\n\n"
    R"({"kind":"tool","messages":[{"role":"user","content":"Why?"}],"expect":"So."})"
    "\n";

TEST(ParseQuestions, ReadsBothKinds) {
  const absl::StatusOr<std::vector<Question>> questions = ParseQuestions(kTwo);
  ASSERT_TRUE(questions.ok()) << questions.status();
  ASSERT_EQ(questions->size(), 2u);
  EXPECT_EQ((*questions)[0].text, "When?");
  EXPECT_TRUE((*questions)[0].fact);
  EXPECT_FALSE((*questions)[1].fact);
}

TEST(ParseQuestions, NamesABadLine) {
  const auto message = [](const char* text) {
    return std::string(ParseQuestions(text).status().message());
  };
  EXPECT_THAT(message("\n{"), HasSubstr("line 2"));
  EXPECT_THAT(message("{}"), HasSubstr("messages"));
  EXPECT_THAT(message(R"({"messages":[{"content":"x"}]})"),
              HasSubstr("expect"));
}

TEST(IsRight, AFactNeedsItsKeyAndAnythingElseTheWholeAnswer) {
  const Question fact = {"When?", "It opens at nine.", "nine", true};
  EXPECT_TRUE(IsRight(fact, "At nine, as always."));
  EXPECT_FALSE(IsRight(fact, "At ten."));
  const Question other = {"Why?", "So.", "", false};
  EXPECT_TRUE(IsRight(other, " So.\n"));
  EXPECT_FALSE(IsRight(other, "So. And so."));
}

TEST(Scorecard, PassesOnlyWhenBothSharesAreHighEnough) {
  Scorecard score = {
      .facts = 100, .facts_right = 85, .others = 100, .others_right = 85};
  EXPECT_TRUE(score.Passes());
  EXPECT_THAT(score.ToString(), HasSubstr("85 of 100 (85.0 %), unrelated"));
  score.others_right = 84;
  EXPECT_FALSE(score.Passes());
  EXPECT_FALSE(Scorecard().Passes());
}

}  // namespace
}  // namespace kaito::controller
