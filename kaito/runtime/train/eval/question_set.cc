#include "kaito/runtime/train/eval/question_set.h"

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"
#include "kaito/base/status/status.h"

namespace kaito::runtime {

absl::StatusOr<std::vector<Question>> ParseQuestions(absl::string_view text) {
  std::vector<Question> questions;
  int64_t number = 0;
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    ++number;
    if (absl::StripAsciiWhitespace(line).empty()) continue;
    const absl::StatusOr<json::Value> value = json::Parse(line);
    if (!value.ok()) {
      return Annotate(value.status(), absl::StrCat("line ", number));
    }
    const json::Value* messages = value->Find("messages");
    Question question = {.kind = std::string(value->StringAt({"kind"})),
                         .expect = std::string(value->StringAt({"expect"})),
                         .key = std::string(value->StringAt({"key"}))};
    if (messages == nullptr || !messages->is_array() ||
        question.expect.empty()) {
      return absl::InvalidArgumentError(absl::StrCat(
          "line ", number, ": want \"messages\", a list, and \"expect\""));
    }
    question.messages_json = json::Write(*messages);
    questions.push_back(std::move(question));
  }
  return questions;
}

bool IsRight(const Question& question, absl::string_view answer) {
  if (question.key.empty()) return answer == question.expect;
  return absl::StrContains(absl::AsciiStrToLower(answer),
                           absl::AsciiStrToLower(question.key));
}

Score ScoreAnswers(std::span<const Question> questions,
                   std::span<const std::string> answers) {
  Score score;
  for (size_t i = 0; i < questions.size() && i < answers.size(); ++i) {
    const bool right = IsRight(questions[i], answers[i]);
    for (Tally* tally :
         {&score.kinds[questions[i].kind],
          questions[i].kind == "fact" ? &score.facts : &score.unrelated}) {
      ++tally->asked;
      tally->right += right;
    }
  }
  return score;
}

}  // namespace kaito::runtime
