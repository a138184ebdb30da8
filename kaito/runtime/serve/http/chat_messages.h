#ifndef KAITO_RUNTIME_SERVE_HTTP_CHAT_MESSAGES_H_
#define KAITO_RUNTIME_SERVE_HTTP_CHAT_MESSAGES_H_

// The part of a request that a chat template sees, read and checked.
//
//   ChatMessages chat;
//   KAITO_ASSIGN_OR_RETURN(const bool known, chat.Read(key, cursor));
//   KAITO_RETURN_IF_ERROR(chat.Finish());
//   chat.input();   // For chat_prompt.h.
//
// Content given in parts of type "text" becomes one text, with a line feed
// between the parts, as vLLM does it for templates that expect a string; parts
// of other types are refused. Pure.

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/base/json/reader.h"
#include "kaito/runtime/chat_template/arena.h"
#include "kaito/runtime/chat_template/chat_template.h"
#include "kaito/runtime/chat_template/value.h"

namespace kaito::runtime::serve {

class ChatMessages {
 public:
  ChatMessages();

  // messages, tools, documents, add_generation_prompt, continue_final_message
  // and chat_template_kwargs; false for another field.
  absl::StatusOr<bool> Read(absl::string_view key, const json::Cursor& from);
  // True, unless told otherwise here or by the field.
  void SetAddGenerationPrompt(bool add) { input_.add_generation_prompt = add; }
  // One message of a user.
  void SetUserMessage(absl::string_view text);

  bool has_messages() const { return input_.messages.is_list(); }
  // InvalidArgument where messages are missing or not what they should be.
  absl::Status Finish();

  // Lives as long as this. Without variables of the model and time.
  const ChatInput& input() const { return input_; }
  jinja::Arena& arena() const { return *arena_; }

 private:
  absl::StatusOr<jinja::Value> Checked(const jinja::Value& message,
                                       int64_t index);
  absl::StatusOr<jinja::Value> Joined(const jinja::Value& parts,
                                      absl::string_view where);

  std::unique_ptr<jinja::Arena> arena_;  // Stays where it is when this moves.
  ChatInput input_;
};

}  // namespace kaito::runtime::serve

#endif  // KAITO_RUNTIME_SERVE_HTTP_CHAT_MESSAGES_H_
