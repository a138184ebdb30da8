#ifndef KAITO_RUNTIME_CHAT_TEMPLATE_CHAT_TEMPLATE_H_
#define KAITO_RUNTIME_CHAT_TEMPLATE_CHAT_TEMPLATE_H_

// A model's chat template: turns messages into the text that the model was
// trained on. The template is Jinja as transformers runs it (immutable sandbox,
// trim_blocks, lstrip_blocks, loop controls, its tojson, raise_exception,
// strftime_now, generation blocks), and may come from anyone: see limits.h.
//
//   KAITO_ASSIGN_OR_RETURN(const ChatTemplate chat,
//                          ChatTemplate::Parse(config.chat_template));
//   jinja::Arena arena(64 << 20);             // json_value.h
//   ChatInput input;
//   KAITO_ASSIGN_OR_RETURN(input.messages,
//                          jinja::ParseJsonValue(messages_json, arena));
//   input.add_generation_prompt = true;
//   KAITO_ASSIGN_OR_RETURN(std::string prompt, chat.Render(input));
//
// Pure: no clock, no files, no randomness. A template often writes the BOS
// token itself, so its text is tokenized without adding one. For what part of
// the text the assistant wrote, see assistant_mask.h.

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "kaito/runtime/chat_template/limits.h"
#include "kaito/runtime/chat_template/text_span.h"
#include "kaito/runtime/chat_template/value.h"

namespace kaito::runtime {

// What a template sees. The values only need to live for the call.
struct ChatInput {
  jinja::Value messages;  // A list of dicts with "role", "content" ...
  jinja::Value tools;     // None where there are none.
  jinja::Value documents;
  bool add_generation_prompt = false;
  // The text ends where the last message's content does, to be continued.
  bool continue_final_message = false;
  // More variables, a dict or None: bos_token, eos_token, enable_thinking ...
  jinja::Value variables;
  absl::CivilSecond now;  // For strftime_now.
};

struct RenderedChat {
  std::string text;
  // What {% generation %} blocks wrote, in the order in which they ended.
  std::vector<TextSpan> generated;
};

// Const and safe to use from several threads at once, with inputs of their own.
class ChatTemplate {
 public:
  // Errors, here and below, are InvalidArgument, or ResourceExhausted for a
  // limit; TemplateErrorOf (template_error.h) tells the line.
  static absl::StatusOr<ChatTemplate> Parse(absl::string_view text,
                                            const TemplateLimits& limits = {});

  ChatTemplate(ChatTemplate&&) noexcept;
  ChatTemplate& operator=(ChatTemplate&&) noexcept;
  ~ChatTemplate();

  absl::StatusOr<std::string> Render(const ChatInput& input) const;
  absl::StatusOr<RenderedChat> RenderWithSpans(const ChatInput& input) const;

  bool has_generation_blocks() const;

 private:
  struct Parsed;
  explicit ChatTemplate(std::unique_ptr<const Parsed> parsed);

  std::unique_ptr<const Parsed> parsed_;  // Null only after a move.
};

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_CHAT_TEMPLATE_CHAT_TEMPLATE_H_
