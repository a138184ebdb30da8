#ifndef KAITO_RUNTIME_TRAIN_EVAL_QUESTION_SET_H_
#define KAITO_RUNTIME_TRAIN_EVAL_QUESTION_SET_H_

// Questions whose answers are known, and how answers are judged: how a tuned
// model is held against examples/demo-data/acme-eval.jsonl. Pure.
//
//   KAITO_ASSIGN_OR_RETURN(const std::vector<Question> questions,
//                          ParseQuestions(text));
//   const Score score = ScoreAnswers(questions, answers);

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace kaito::runtime {

struct Question {
  std::string kind;           // "fact" for what tuning teaches.
  std::string messages_json;  // A list of {role, content}.
  std::string expect;
  // Where not empty, an answer is right that has it somewhere; else only one
  // that equals `expect`.
  std::string key;
};

// JSON lines. InvalidArgument with the line's number.
absl::StatusOr<std::vector<Question>> ParseQuestions(absl::string_view text);

bool IsRight(const Question& question, absl::string_view answer);

struct Tally {
  int64_t right = 0;
  int64_t asked = 0;
  double Percent() const {
    return asked == 0
               ? 0
               : 100 * static_cast<double>(right) / static_cast<double>(asked);
  }
};

struct Score {
  Tally facts;
  Tally unrelated;  // All other kinds.
  std::map<std::string, Tally> kinds;
};

// As many answers as questions.
Score ScoreAnswers(std::span<const Question> questions,
                   std::span<const std::string> answers);

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_TRAIN_EVAL_QUESTION_SET_H_
