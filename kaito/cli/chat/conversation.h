#ifndef KAITO_CLI_CHAT_CONVERSATION_H_
#define KAITO_CLI_CHAT_CONVERSATION_H_

// Conversation: what was said to a served model, and how the next thing is
// said: by OpenAI's route as it streams, or by KAITO's /chat where the server
// has no other.
//
//   Conversation conversation(service, {.max_tokens = 200});
//   KAITO_ASSIGN_OR_RETURN(
//       const Answer answer,
//       conversation.Ask("What is QLoRA?", [&](absl::string_view piece) {
//         out << PrintableLines(piece) << std::flush;
//       }, stop));

#include <cstdint>
#include <optional>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/base/json/value.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/cli/chat/model_service.h"

namespace kaito::cli {

struct ChatOptions {
  std::string model;       // Base or adapter; empty: the server's own choice.
  std::string system;      // Empty: none.
  int64_t max_tokens = 0;  // 0: the server's own limit.
  std::optional<double> temperature;
};

struct Answer {
  std::string text;  // As the model wrote it; make it printable.
  std::string model;
  std::string finish_reason;  // "stop", "length".
};

class Conversation {
 public:
  // `service` outlives it.
  Conversation(ModelService& service, ChatOptions options);

  // Calls `on_text` with each piece of the answer as it comes. What failed is
  // as if it had not been asked.
  absl::StatusOr<Answer> Ask(
      absl::string_view prompt,
      absl::FunctionRef<void(absl::string_view text)> on_text,
      const StopToken& stop);

  void Forget();

 private:
  json::Value Body(const json::Array& messages, bool openai) const;
  absl::StatusOr<Answer> AskOpenAi(
      const json::Array& messages,
      absl::FunctionRef<void(absl::string_view text)> on_text,
      const StopToken& stop);
  absl::StatusOr<Answer> AskKaito(
      const json::Array& messages,
      absl::FunctionRef<void(absl::string_view text)> on_text,
      const StopToken& stop);

  ModelService& service_;
  const ChatOptions options_;
  json::Array messages_;
  bool openai_ = true;  // Until the server has shown that it lacks that route.
};

}  // namespace kaito::cli

#endif  // KAITO_CLI_CHAT_CONVERSATION_H_
