#include "kaito/runtime/serve/http/chat_prompt.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "kaito/base/status/status.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/runtime/chat_template/arena.h"
#include "kaito/runtime/chat_template/chat_template.h"
#include "kaito/runtime/chat_template/json_value.h"
#include "kaito/runtime/chat_template/value.h"
#include "kaito/runtime/serve/http/chat_messages.h"
#include "kaito/runtime/tokenizer/tokenizer.h"

namespace kaito::runtime::serve {

ChatPrompt::ChatPrompt(const Tokenizer& tokenizer, std::string variables_json)
    : tokenizer_(&tokenizer), variables_json_(std::move(variables_json)) {}

absl::StatusOr<ChatPrompt> ChatPrompt::Create(
    const Tokenizer& tokenizer, std::optional<std::string> template_text,
    std::string variables_json) {
  ChatPrompt prompt(tokenizer, std::move(variables_json));
  if (!template_text.has_value()) return prompt;
  KAITO_ASSIGN_OR_RETURN(ChatTemplate parsed,
                         ChatTemplate::Parse(*template_text));
  prompt.template_ = std::make_shared<const ChatTemplate>(std::move(parsed));
  KAITO_RETURN_IF_ERROR(prompt.FindMarkers());
  return prompt;
}

absl::Status ChatPrompt::FindMarkers() {
  ChatMessages example;
  example.SetUserMessage("x");
  KAITO_RETURN_IF_ERROR(example.Finish());
  const absl::StatusOr<std::string> text = Render(example, absl::UnixEpoch());
  // A template that wants more than one user's message has no markers.
  if (!text.ok()) return absl::OkStatus();
  KAITO_ASSIGN_OR_RETURN(
      const Encoding encoding,
      tokenizer_->Encode(*text, {.add_special_tokens = false}));
  for (const int32_t id : encoding.ids) {
    if (tokenizer_->IsSpecial(id)) markers_.insert(id);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> ChatPrompt::Render(ChatMessages& chat,
                                               absl::Time now) const {
  if (template_ == nullptr) {
    return absl::FailedPreconditionError(
        "messages: this model has no chat template; send a prompt");
  }
  jinja::Arena& arena = chat.arena();
  KAITO_ASSIGN_OR_RETURN(const jinja::Value own,
                         jinja::ParseJsonValue(variables_json_, arena));
  jinja::Dict* const variables = jinja::NewDict(arena);
  for (const jinja::Value& from : {own, chat.input().variables}) {
    if (!from.is_dict()) continue;
    for (const auto& [key, value] : from.dict().entries()) {
      variables->Set(arena, key, value);
    }
  }
  ChatInput input = chat.input();
  input.variables = jinja::Value::Of(variables);
  input.now = absl::ToCivilSecond(now, absl::UTCTimeZone());
  absl::StatusOr<std::string> text = template_->Render(input);
  if (!text.ok()) return Annotate(text.status(), "messages");
  return text;
}

absl::StatusOr<std::vector<int32_t>> ChatPrompt::OfMessages(
    ChatMessages& chat, absl::Time now) const {
  KAITO_ASSIGN_OR_RETURN(const std::string text, Render(chat, now));
  // The template writes what the tokenizer would add.
  return OfText(text, /*add_special_tokens=*/false);
}

absl::StatusOr<std::vector<int32_t>> ChatPrompt::OfText(
    absl::string_view text, bool add_special_tokens) const {
  KAITO_ASSIGN_OR_RETURN(
      Encoding encoding,
      tokenizer_->Encode(text, {.add_special_tokens = add_special_tokens}));
  return std::move(encoding.ids);
}

absl::StatusOr<bool> ChatPrompt::IsRendered(absl::string_view text) const {
  if (markers_.empty()) return false;
  KAITO_ASSIGN_OR_RETURN(const std::vector<int32_t> ids,
                         OfText(text, /*add_special_tokens=*/false));
  for (const int32_t id : ids) {
    if (markers_.contains(id)) return true;
  }
  return false;
}

}  // namespace kaito::runtime::serve
