#include "kaito/operator/quickstart/scorecard.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/base/status/status.h"

namespace kaito::controller {
namespace {

double Share(int64_t right, int64_t all) {
  return all == 0 ? 0 : static_cast<double>(right) / static_cast<double>(all);
}

absl::StatusOr<Question> ParseQuestion(absl::string_view line) {
  absl::StatusOr<json::Value> value = json::Parse(line);
  if (!value.ok()) return value.status();
  const json::Value* messages = value->Find("messages");
  if (messages == nullptr || messages->array() == nullptr ||
      messages->array()->empty()) {
    return absl::InvalidArgumentError("messages: want a list with a question");
  }
  Question question;
  question.text = std::string(messages->array()->back().StringAt({"content"}));
  question.expect = std::string(value->StringAt({"expect"}));
  question.key = std::string(value->StringAt({"key"}));
  question.fact = value->StringAt({"kind"}) == "fact";
  if (question.text.empty() || question.expect.empty()) {
    return absl::InvalidArgumentError(
        "want a question in messages, and an answer in expect");
  }
  return question;
}

}  // namespace

absl::StatusOr<std::vector<Question>> ParseQuestions(absl::string_view jsonl) {
  std::vector<Question> questions;
  int64_t number = 0;
  for (absl::string_view line : absl::StrSplit(jsonl, '\n')) {
    ++number;
    if (absl::StripAsciiWhitespace(line).empty()) continue;
    absl::StatusOr<Question> question = ParseQuestion(line);
    if (!question.ok()) {
      return Annotate(question.status(), absl::StrCat("line ", number));
    }
    questions.push_back(*std::move(question));
  }
  return questions;
}

bool IsRight(const Question& question, absl::string_view answer) {
  if (!question.key.empty()) return absl::StrContains(answer, question.key);
  return absl::StripAsciiWhitespace(answer) == question.expect;
}

void Scorecard::Add(const Question& question, absl::string_view answer) {
  const bool right = IsRight(question, answer);
  (question.fact ? facts : others) += 1;
  if (right) (question.fact ? facts_right : others_right) += 1;
}

bool Scorecard::Passes() const {
  return Share(facts_right, facts) >= kPassShare &&
         Share(others_right, others) >= kPassShare;
}

std::string Scorecard::ToString() const {
  return absl::StrFormat(
      "facts %d of %d (%.1f %%), unrelated %d of %d (%.1f %%)", facts_right,
      facts, 100 * Share(facts_right, facts), others_right, others,
      100 * Share(others_right, others));
}

}  // namespace kaito::controller
