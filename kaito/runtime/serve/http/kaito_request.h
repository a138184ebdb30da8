#ifndef KAITO_RUNTIME_SERVE_HTTP_KAITO_REQUEST_H_
#define KAITO_RUNTIME_SERVE_HTTP_KAITO_REQUEST_H_

// The body of KAITO's POST /chat, and what it asks the engine for.
//
//   {"prompt": "Until when is Acme open?",
//    "return_full_text": false,
//    "generate_kwargs": {"max_new_tokens": 50, "do_sample": false}}
//
// generate_kwargs has transformers' names. Each is heeded, or accepted where
// its value changes nothing (num_beams: 1), or refused by its name. Pure.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/runtime/model/generation_config.h"
#include "kaito/runtime/serve/engine/generation.h"
#include "kaito/runtime/serve/http/chat_messages.h"
#include "kaito/runtime/serve/http/generation_fields.h"

namespace kaito::runtime::serve {

struct KaitoRequest {
  std::string model;  // Empty: the default one.
  std::optional<std::string> prompt;
  ChatMessages chat;  // Where messages are given.
  std::optional<bool> return_full_text;
  bool raw = false;  // The prompt goes in as it is, without a chat template.

  // Of generate_kwargs.
  GenerationFields generation;
  std::optional<bool> do_sample;
  std::optional<int64_t> max_length;  // Prompt and answer.
  std::optional<int64_t> max_new_tokens;
  std::optional<absl::Duration> max_time;
};

// InvalidArgument, "generate_kwargs.num_beams: …".
absl::StatusOr<KaitoRequest> ParseKaitoRequest(absl::string_view body);

// Where a prompt goes in as it is, all is as KAITO has it: sampled from the ten
// most likely, 200 tokens in all. Through a chat template, as the model's makers
// say, or else greedily, as long as the context lasts, at most kChatTokens.
inline constexpr int64_t kKaitoMaxLength = 200;
inline constexpr int64_t kKaitoTopK = 10;
// An answer that never ends would keep its client waiting for hours.
inline constexpr int64_t kChatTokens = 1024;

struct KaitoDefaults {
  GenerationConfig model;
  bool through_template = true;
  int64_t max_model_len = 0;
  int64_t prompt_tokens = 0;
  uint64_t seed = 0;
};

// InvalidArgument where no token is left for the answer. Without prompt and
// adapter.
absl::StatusOr<GenerationRequest> MakeKaitoGeneration(
    const KaitoRequest& request, const KaitoDefaults& defaults);

}  // namespace kaito::runtime::serve

#endif  // KAITO_RUNTIME_SERVE_HTTP_KAITO_REQUEST_H_
