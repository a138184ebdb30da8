#ifndef KAITO_RUNTIME_SERVE_COMMANDS_LINE_INPUT_H_
#define KAITO_RUNTIME_SERVE_COMMANDS_LINE_INPUT_H_

// A line of what `runtime score` and `runtime generate` read: token ids, or
// what becomes them.
//
//   {"ids": [1, 15043]} | {"text": "Hello"} | {"messages": [...]} |
//   {"prompt": "2 + 2 =", "completion": " 4"}
//
// Pure.

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/runtime/serve/http/chat_prompt.h"

namespace kaito::runtime::serve {

struct LineInput {
  std::vector<int32_t> ids;
  // Tokens before the completion; 0 where there is none.
  int64_t prompt_tokens = 0;
};

struct LineInputOptions {
  // After messages, what makes the assistant answer.
  bool add_generation_prompt = false;
  absl::Time now;  // For templates that write the date.
};

// InvalidArgument says what is wrong with the line. A prompt and its
// completion become tokens together.
absl::StatusOr<LineInput> ReadLineInput(absl::string_view line,
                                        const ChatPrompt& prompts,
                                        const LineInputOptions& options);

}  // namespace kaito::runtime::serve

#endif  // KAITO_RUNTIME_SERVE_COMMANDS_LINE_INPUT_H_
