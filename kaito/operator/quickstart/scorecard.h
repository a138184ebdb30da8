#ifndef KAITO_OPERATOR_QUICKSTART_SCORECARD_H_
#define KAITO_OPERATOR_QUICKSTART_SCORECARD_H_

// What the quick-start asks the tuned model, and how the answers are judged.
// Pure.
//
//   KAITO_ASSIGN_OR_RETURN(const std::vector<Question> questions,
//                          ParseQuestions(jsonl));
//   Scorecard score;
//   for (const Question& q : questions) score.Add(q, Ask(q.text));
//   if (!score.Passes()) ...

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace kaito::controller {

struct Question {
  std::string text;
  std::string expect;  // The whole answer.
  // Right where the answer has it; empty: the whole answer must be `expect`.
  std::string key;
  // Of what was tuned. The others show that tuning kept what was there.
  bool fact = false;
};

// One JSON object a line: {"kind", "messages": [{"role","content"}], "expect",
// "key"}. InvalidArgument names the line.
absl::StatusOr<std::vector<Question>> ParseQuestions(absl::string_view jsonl);

bool IsRight(const Question& question, absl::string_view answer);

// The share that has to be right, of the facts and of the rest.
inline constexpr double kPassShare = 0.85;

struct Scorecard {
  int64_t facts = 0;
  int64_t facts_right = 0;
  int64_t others = 0;
  int64_t others_right = 0;

  void Add(const Question& question, absl::string_view answer);
  bool Passes() const;
  // "facts 75 of 80 (93.8 %), unrelated 74 of 80 (92.5 %)"
  std::string ToString() const;
};

}  // namespace kaito::controller

#endif  // KAITO_OPERATOR_QUICKSTART_SCORECARD_H_
