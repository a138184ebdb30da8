#ifndef KAITO_RUNTIME_SERVE_COMMANDS_GENERATE_LINES_H_
#define KAITO_RUNTIME_SERVE_COMMANDS_GENERATE_LINES_H_

// What `runtime generate` makes of one line: the model's answer.
//
//   GenerateLine(engine, prompts, wanted, line, now);
//     → {"ids":[…],"text":…,"finish_reason":"stop"}
//
// `ids` are all tokens of the answer, the one that ended it included.

#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/runtime/serve/engine/engine.h"
#include "kaito/runtime/serve/engine/generation.h"
#include "kaito/runtime/serve/http/chat_prompt.h"

namespace kaito::runtime::serve {

// Waits for the answer. `wanted` holds all but the prompt; its max_tokens is cut
// to what the context leaves. One line of JSON, without its end; {"error":…}
// for a bad one.
std::string GenerateLine(Engine& engine, const ChatPrompt& prompts,
                         const GenerationRequest& wanted,
                         absl::string_view line, absl::Time now);

}  // namespace kaito::runtime::serve

#endif  // KAITO_RUNTIME_SERVE_COMMANDS_GENERATE_LINES_H_
