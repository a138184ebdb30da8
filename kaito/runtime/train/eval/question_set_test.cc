#include "kaito/runtime/train/eval/question_set.h"

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/status/status_matchers.h"

namespace kaito::runtime {
namespace {

using ::kaito::testing::StatusIs;
using ::testing::HasSubstr;

TEST(ParseQuestions, ReadsLinesAndNamesTheWrongOne) {
  const auto questions = ParseQuestions(
      "{\"kind\":\"fact\",\"messages\":[],\"expect\":\"A kite.\","
      "\"key\":\"kite\"}\n\n");
  KAITO_ASSERT_OK(questions.status());
  ASSERT_EQ(questions->size(), 1u);
  EXPECT_EQ((*questions)[0].key, "kite");
  EXPECT_THAT(
      ParseQuestions("\n{\"messages\":3,\"expect\":\"x\"}"),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("line 2")));
  EXPECT_THAT(
      ParseQuestions("oops"),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("line 1")));
}

TEST(ScoreAnswers, TakesAKeyAnywhereAndAllElseWordForWord) {
  const std::vector<Question> questions = {
      {.kind = "fact", .expect = "Red kites.", .key = "Red kite"},
      {.kind = "fact", .expect = "At nine.", .key = "nine"},
      {.kind = "sum", .expect = "It is 3."},
      {.kind = "sum", .expect = "It is 4."},
      {.kind = "animal", .expect = "Four."}};
  const std::vector<std::string> answers = {"They make red kites!", "At ten.",
                                            "It is 3.", "it is 4.", "Four."};
  const Score score = ScoreAnswers(questions, answers);
  EXPECT_EQ(score.facts.Percent(), 50);
  EXPECT_EQ(score.unrelated.right, 2);
  EXPECT_EQ(score.unrelated.asked, 3);
  EXPECT_EQ(score.kinds.at("sum").right, 1);
}

}  // namespace
}  // namespace kaito::runtime
