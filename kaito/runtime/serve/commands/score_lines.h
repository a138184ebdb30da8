#ifndef KAITO_RUNTIME_SERVE_COMMANDS_SCORE_LINES_H_
#define KAITO_RUNTIME_SERVE_COMMANDS_SCORE_LINES_H_

// What `runtime score` makes of one line: the log-probability of each token
// given those before it.
//
//   ScoreLine(backend, prompts, adapter, line, now);
//     → {"ids":[…],"logprobs":[null,-1.5,…],"loss":1.5,"tokens":N}
//
// The loss is the mean of -logprob over the completion, or over all tokens but
// the first where there is none; tokens is how many those are.

#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/runtime/adapter/lora_adapter.h"
#include "kaito/runtime/backend/decoder_backend.h"
#include "kaito/runtime/serve/http/chat_prompt.h"

namespace kaito::runtime::serve {

// One line of JSON, without its end; {"error":…} for a bad one. A null adapter
// is the bare base.
std::string ScoreLine(const DecoderBackend& backend, const ChatPrompt& prompts,
                      const LoraAdapter* adapter, absl::string_view line,
                      absl::Time now);

}  // namespace kaito::runtime::serve

#endif  // KAITO_RUNTIME_SERVE_COMMANDS_SCORE_LINES_H_
