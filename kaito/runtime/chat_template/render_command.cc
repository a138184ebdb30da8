#include "kaito/runtime/chat_template/render_command.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/writer.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/runtime/chat_template/arena.h"
#include "kaito/runtime/chat_template/assistant_mask.h"
#include "kaito/runtime/chat_template/chat_template.h"
#include "kaito/runtime/chat_template/json_value.h"
#include "kaito/runtime/chat_template/template_error.h"
#include "kaito/runtime/chat_template/text_span.h"
#include "kaito/runtime/chat_template/utf8.h"
#include "kaito/runtime/chat_template/value.h"

namespace kaito::runtime {
namespace {

using jinja::Dict;
using jinja::Value;

// Of one request's values.
constexpr int64_t kMaxValueBytes = int64_t{256} << 20;
constexpr size_t kMaxTemplates = 64;

std::string ErrorLine(absl::string_view message, int64_t line) {
  return absl::StrCat("{\"error\":", json::Quote(message), ",\"line\":", line,
                      "}");
}

absl::Status ReadTime(const json::Cursor& from, absl::CivilSecond* now) {
  std::string text;
  KAITO_RETURN_IF_ERROR(from.ReadString(&text));
  if (absl::ParseLenientCivilTime(text, now)) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("now: '", text, "' isn't like \"2024-07-26T10:20:30\""));
}

// [begin, end) in code points.
std::string SpansJson(const MaskedChat& chat) {
  std::vector<std::string> spans;
  int64_t bytes = 0;
  int64_t points = 0;
  const auto to_points = [&](int64_t at) {
    points += jinja::Utf8Length(
        absl::string_view(chat.text).substr(bytes, at - bytes));
    bytes = at;
    return points;
  };
  for (const TextSpan& span : chat.assistant) {
    if (span.begin < bytes) {  // Nested generation blocks.
      bytes = points = 0;
    }
    const int64_t begin = to_points(span.begin);
    spans.push_back(absl::StrCat("[", begin, ",", to_points(span.end), "]"));
  }
  return absl::StrCat("[", absl::StrJoin(spans, ","), "]");
}

std::string TokensJson(const RenderCommand::TokenMask& tokens) {
  std::string out = absl::StrCat(",\"ids\":[", absl::StrJoin(tokens.ids, ","),
                                 "],\"assistant_mask\":[");
  for (size_t i = 0; i < tokens.assistant.size(); ++i) {
    absl::StrAppend(&out, i == 0 ? "" : ",", tokens.assistant[i] ? 1 : 0);
  }
  return out + "]";
}

}  // namespace

struct RenderCommand::Request {
  jinja::Arena arena{kMaxValueBytes};
  ChatInput input;
  Value kwargs;
  std::optional<std::string> template_path;
  std::optional<std::string> template_text;
  bool mask = false;

  absl::Status Read(absl::string_view key, const json::Cursor& field) {
    const auto value = [&](Value* to) -> absl::Status {
      KAITO_ASSIGN_OR_RETURN(*to, jinja::ReadJsonValue(field, arena));
      return absl::OkStatus();
    };
    if (key == "messages") return value(&input.messages);
    if (key == "tools") return value(&input.tools);
    if (key == "documents") return value(&input.documents);
    if (key == "kwargs") return value(&kwargs);
    if (key == "mask") return field.ReadBool(&mask);
    if (key == "now") return ReadTime(field, &input.now);
    if (key == "template") return field.ReadString(&template_path.emplace());
    if (key == "template_text") {
      return field.ReadString(&template_text.emplace());
    }
    if (key == "add_generation_prompt") {
      return field.ReadBool(&input.add_generation_prompt);
    }
    if (key == "continue_final_message") {
      return field.ReadBool(&input.continue_final_message);
    }
    return absl::OkStatus();  // What else a data set's line may hold.
  }

  // Makes input.variables from the model's and the request's own.
  absl::Status SetVariables(const std::string& defaults_json) {
    KAITO_ASSIGN_OR_RETURN(const Value defaults,
                           jinja::ParseJsonValue(defaults_json, arena));
    Dict* const variables = jinja::NewDict(arena);
    for (const Value& from : {defaults, kwargs}) {
      if (from.is_none()) continue;
      if (!from.is_dict()) {
        return absl::InvalidArgumentError("kwargs must be an object");
      }
      for (const auto& [key, value] : from.dict().entries()) {
        variables->Set(arena, key, value);
      }
    }
    input.variables = Value::Of(variables);
    return absl::OkStatus();
  }
};

absl::StatusOr<const ChatTemplate*> RenderCommand::TemplateFor(
    const Request& request) {
  std::string text;
  if (request.template_text.has_value()) {
    text = *request.template_text;
  } else if (request.template_path.has_value()) {
    if (options_.read_template == nullptr) {
      return absl::InvalidArgumentError("template: files can't be read here");
    }
    KAITO_ASSIGN_OR_RETURN(text,
                           options_.read_template(*request.template_path));
  } else if (options_.template_text.has_value()) {
    text = *options_.template_text;
  } else {
    return absl::InvalidArgumentError(
        "no template: give --model, --template, \"template\" or "
        "\"template_text\"");
  }
  const auto known = templates_.find(text);
  if (known != templates_.end()) return known->second.get();
  KAITO_ASSIGN_OR_RETURN(ChatTemplate parsed, ChatTemplate::Parse(text));
  if (templates_.size() >= kMaxTemplates) templates_.clear();
  return (templates_[text] = std::make_unique<ChatTemplate>(std::move(parsed)))
      .get();
}

absl::StatusOr<std::string> RenderCommand::Answer(absl::string_view line) {
  Request request;
  request.input.now = options_.now;
  KAITO_RETURN_IF_ERROR(json::Read(line, {}, [&](const json::Cursor& root) {
    if (root.type() != json::Type::kObject) {
      return absl::InvalidArgumentError("a request must be a JSON object");
    }
    return root.ForEachField(
        [&](absl::string_view key, const json::Cursor& field) {
          return request.Read(key, field);
        });
  }));
  if (!request.input.messages.is_list()) {
    return absl::InvalidArgumentError("messages must be a list");
  }
  KAITO_RETURN_IF_ERROR(request.SetVariables(options_.variables_json));
  KAITO_ASSIGN_OR_RETURN(const ChatTemplate* chat_template,
                         TemplateFor(request));
  if (!request.mask) {
    KAITO_ASSIGN_OR_RETURN(const std::string text,
                           chat_template->Render(request.input));
    return absl::StrCat("{\"text\":", json::Quote(text), "}");
  }
  KAITO_ASSIGN_OR_RETURN(const MaskedChat chat,
                         RenderWithMask(*chat_template, request.input));
  std::string tokens;
  if (options_.tokenize != nullptr) {
    KAITO_ASSIGN_OR_RETURN(const TokenMask mask, options_.tokenize(chat));
    tokens = TokensJson(mask);
  }
  return absl::StrCat("{\"text\":", json::Quote(chat.text), tokens,
                      ",\"assistant_spans\":", SpansJson(chat), "}");
}

std::string RenderCommand::Process(absl::string_view line, int64_t number) {
  const absl::StatusOr<std::string> answer = Answer(line);
  if (answer.ok()) return *answer;
  if (const auto error = TemplateErrorOf(answer.status())) {
    return ErrorLine(error->message, error->line);
  }
  return ErrorLine(absl::StrCat("input: ", answer.status().message()), number);
}

}  // namespace kaito::runtime
