#ifndef KAITO_RUNTIME_SERVE_HTTP_OPENAI_REQUEST_H_
#define KAITO_RUNTIME_SERVE_HTTP_OPENAI_REQUEST_H_

// Bodies of /v1/chat/completions, /v1/completions, /tokenize, /detokenize and
// of loading adapters, as plain structs. Fields that nobody knows are ignored,
// as vLLM does; those that would change the answer and are not supported are
// refused by name, like wrong types.
//
//   KAITO_ASSIGN_OR_RETURN(const ChatCompletionRequest request,
//                          ParseChatCompletionRequest(body));
//
// Pure; a body may come from anyone. Errors are InvalidArgument,
// "field: what".

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/runtime/serve/http/chat_messages.h"
#include "kaito/runtime/serve/http/generation_fields.h"

namespace kaito::runtime::serve {

// Answers to one prompt, and answers in all, of one request.
inline constexpr int64_t kMaxChoices = 64;

// What both completion routes take.
struct CompletionOptions {
  std::string model;  // Empty: the default one.
  GenerationFields generation;
  int64_t n = 1;
  bool stream = false;
  bool include_usage = false;  // Of a stream, in a last event.
  bool logprobs = false;
  int64_t top_logprobs = 0;
};

struct ChatCompletionRequest {
  CompletionOptions options;
  ChatMessages chat;
};

// A text to be tokenized, or tokens.
using Prompt = std::variant<std::string, std::vector<int32_t>>;

struct TextCompletionRequest {
  CompletionOptions options;
  std::vector<Prompt> prompts;  // At least one.
  bool add_special_tokens = true;
  bool echo = false;  // The text begins with the prompt.
};

struct TokenizeRequest {
  std::string model;
  std::optional<std::string> prompt;
  ChatMessages chat;                       // Where there is no prompt.
  std::optional<bool> add_special_tokens;  // True for a prompt.
  bool return_token_strs = false;
};

struct DetokenizeRequest {
  std::string model;
  std::vector<int32_t> tokens;
};

struct LoadAdapterRequest {
  std::string name;
  std::string path;
};

absl::StatusOr<ChatCompletionRequest> ParseChatCompletionRequest(
    absl::string_view body);
absl::StatusOr<TextCompletionRequest> ParseTextCompletionRequest(
    absl::string_view body);
absl::StatusOr<TokenizeRequest> ParseTokenizeRequest(absl::string_view body);
absl::StatusOr<DetokenizeRequest> ParseDetokenizeRequest(
    absl::string_view body);
absl::StatusOr<LoadAdapterRequest> ParseLoadAdapterRequest(
    absl::string_view body);
// The adapter's name.
absl::StatusOr<std::string> ParseUnloadAdapterRequest(absl::string_view body);

}  // namespace kaito::runtime::serve

#endif  // KAITO_RUNTIME_SERVE_HTTP_OPENAI_REQUEST_H_
