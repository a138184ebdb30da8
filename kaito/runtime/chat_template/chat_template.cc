#include "kaito/runtime/chat_template/chat_template.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/runtime/chat_template/arena.h"
#include "kaito/runtime/chat_template/ast.h"
#include "kaito/runtime/chat_template/builtins.h"
#include "kaito/runtime/chat_template/continuation.h"
#include "kaito/runtime/chat_template/interpreter.h"
#include "kaito/runtime/chat_template/lexer.h"
#include "kaito/runtime/chat_template/parser.h"
#include "kaito/runtime/chat_template/run.h"
#include "kaito/runtime/chat_template/template_error.h"
#include "kaito/runtime/chat_template/text_span.h"
#include "kaito/runtime/chat_template/utf8.h"
#include "kaito/runtime/chat_template/value.h"

namespace kaito::runtime {
namespace {

using jinja::Value;

// The tree of a template takes up to some 100 bytes for each of its bytes.
constexpr int64_t kTreeBytesPerByte = 200;

Value VariableOf(const ChatInput& input, absl::string_view name) {
  if (name == "messages") return input.messages;
  if (name == "tools") return input.tools;
  if (name == "documents") return input.documents;
  if (name == "add_generation_prompt") {
    return Value::Bool(input.add_generation_prompt);
  }
  if (input.variables.is_dict()) {
    const Value* const found = input.variables.dict().Find(name);
    if (found != nullptr) return *found;
  }
  if (name == "self") return Value::Self();
  if (const jinja::Function* const builtin = jinja::FindBuiltin(name)) {
    return Value::Of(builtin);
  }
  return Value::Missing();
}

}  // namespace

struct ChatTemplate::Parsed {
  Parsed(std::string s, const TemplateLimits& l)
      : source(std::move(s)),
        limits(l),
        arena(static_cast<int64_t>(source.size() + 64) * kTreeBytesPerByte) {}

  const std::string source;
  const TemplateLimits limits;
  jinja::Arena arena;  // Of the tree, whose texts point into `source`.
  jinja::TemplateAst ast;
};

ChatTemplate::ChatTemplate(std::unique_ptr<const Parsed> parsed)
    : parsed_(std::move(parsed)) {}
ChatTemplate::ChatTemplate(ChatTemplate&&) noexcept = default;
ChatTemplate& ChatTemplate::operator=(ChatTemplate&&) noexcept = default;
ChatTemplate::~ChatTemplate() = default;

absl::StatusOr<ChatTemplate> ChatTemplate::Parse(absl::string_view text,
                                                 const TemplateLimits& limits) {
  const auto refuse = [](TemplateError::Kind kind, std::string message) {
    return ToStatus({.kind = kind, .message = std::move(message)});
  };
  if (static_cast<int64_t>(text.size()) > limits.max_template_bytes) {
    return refuse(TemplateError::Kind::kLimit,
                  absl::StrCat(text.size(), " bytes, more than the ",
                               limits.max_template_bytes, " allowed"));
  }
  if (!jinja::IsValidUtf8(text)) {
    return refuse(TemplateError::Kind::kSyntax, "it isn't UTF-8");
  }
  auto parsed = std::make_unique<Parsed>(jinja::NormalizeSource(text), limits);
  KAITO_ASSIGN_OR_RETURN(parsed->ast,
                         jinja::ParseTemplate(parsed->source, parsed->arena));
  return ChatTemplate(std::move(parsed));
}

bool ChatTemplate::has_generation_blocks() const {
  return parsed_->ast.has_generation;
}

absl::StatusOr<std::string> ChatTemplate::Render(const ChatInput& input) const {
  KAITO_ASSIGN_OR_RETURN(RenderedChat rendered, RenderWithSpans(input));
  return std::move(rendered.text);
}

absl::StatusOr<RenderedChat> ChatTemplate::RenderWithSpans(
    const ChatInput& input) const {
  jinja::Run run(parsed_->limits, input.now);
  ChatInput shown = input;
  if (input.continue_final_message) {
    if (input.add_generation_prompt) {
      return ToStatus({.message = "continue_final_message and "
                                  "add_generation_prompt exclude each other"});
    }
    shown.messages = jinja::MarkFinalMessage(run, input.messages);
    if (run.failed()) return ToStatus(run.error());
  }
  const auto& names = parsed_->ast.variables;
  Value* const variables = run.arena().NewArray<Value>(names.size());
  std::ranges::transform(names, variables, [&](absl::string_view name) {
    return VariableOf(shown, name);
  });
  jinja::Interpreter interpreter(parsed_->ast, run, {variables, names.size()});
  RenderedChat rendered;
  if (!interpreter.Render(&rendered.text)) return ToStatus(run.error());
  rendered.generated = interpreter.generated();
  if (input.continue_final_message) {
    KAITO_RETURN_IF_ERROR(jinja::CutAtMark(input.messages, &rendered.text));
    const int64_t size = static_cast<int64_t>(rendered.text.size());
    for (TextSpan& span : rendered.generated) {
      span = {std::min(span.begin, size), std::min(span.end, size)};
    }
  }
  return rendered;
}

}  // namespace kaito::runtime
