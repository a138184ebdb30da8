#ifndef KAITO_RUNTIME_SERVE_HTTP_CHAT_PROMPT_H_
#define KAITO_RUNTIME_SERVE_HTTP_CHAT_PROMPT_H_

// From texts and messages to a model's tokens: its tokenizer and chat template
// together.
//
//   KAITO_ASSIGN_OR_RETURN(const ChatPrompt prompts,
//                          ChatPrompt::Create(tokenizer, model_template));
//   KAITO_ASSIGN_OR_RETURN(const std::vector<int32_t> ids,
//                          prompts.OfMessages(chat, now));
//
// Const and safe to use from several threads at once.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/runtime/chat_template/chat_template.h"
#include "kaito/runtime/serve/http/chat_messages.h"
#include "kaito/runtime/tokenizer/tokenizer.h"

namespace kaito::runtime::serve {

class ChatPrompt {
 public:
  // `tokenizer` outlives it. `template_text` is nullopt for a model without
  // one; `variables_json` an object, the model's special tokens.
  static absl::StatusOr<ChatPrompt> Create(
      const Tokenizer& tokenizer, std::optional<std::string> template_text,
      std::string variables_json);

  bool has_template() const { return template_ != nullptr; }

  // FailedPrecondition without a template; InvalidArgument with the template's
  // own words. `now` is for templates that write the date, in UTC.
  absl::StatusOr<std::vector<int32_t>> OfMessages(ChatMessages& chat,
                                                  absl::Time now) const;
  absl::StatusOr<std::vector<int32_t>> OfText(absl::string_view text,
                                              bool add_special_tokens) const;

  // Whether the text was rendered already: it holds special tokens that the
  // template writes.
  absl::StatusOr<bool> IsRendered(absl::string_view text) const;

 private:
  ChatPrompt(const Tokenizer& tokenizer, std::string variables_json);

  absl::StatusOr<std::string> Render(ChatMessages& chat, absl::Time now) const;
  absl::Status FindMarkers();

  const Tokenizer* tokenizer_;
  std::string variables_json_;
  // Shared by copies of this, which is a value.
  std::shared_ptr<const ChatTemplate> template_;
  // Special tokens that the template writes around a user's message.
  absl::flat_hash_set<int32_t> markers_;
};

}  // namespace kaito::runtime::serve

#endif  // KAITO_RUNTIME_SERVE_HTTP_CHAT_PROMPT_H_
