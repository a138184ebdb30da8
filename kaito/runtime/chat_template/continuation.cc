#include "kaito/runtime/chat_template/continuation.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/runtime/chat_template/run.h"
#include "kaito/runtime/chat_template/template_error.h"
#include "kaito/runtime/chat_template/text_ops.h"
#include "kaito/runtime/chat_template/value.h"

namespace kaito::runtime::jinja {
namespace {

// Two private code points that no text should hold; the space behind them tells
// whether the template trims.
constexpr absl::string_view kMark = "\xEE\xBF\xB0\xEE\xBF\xB1";
constexpr absl::string_view kMarkAndSpace = "\xEE\xBF\xB0\xEE\xBF\xB1 ";

constexpr absl::string_view kNoText =
    "continue_final_message: the last message has no text to continue";

const Dict* LastMessage(const Value& messages) {
  if (!messages.is_list() || messages.sequence().size == 0) return nullptr;
  const Value& last = messages.sequence().span().back();
  return last.is_dict() ? &last.dict() : nullptr;
}

// The place of the last part with a text; -1 where there is none.
int64_t LastTextPart(const Value& content) {
  for (int64_t i = content.sequence().size - 1; i >= 0; --i) {
    const Value& part = content.sequence().items[i];
    if (!part.is_dict()) continue;
    const Value* const text = part.dict().Find("text");
    if (text != nullptr && text->is_string()) return i;
  }
  return -1;
}

// The text that is continued; nullopt where there is none.
std::optional<absl::string_view> FinalText(const Value& messages) {
  const Dict* const last = LastMessage(messages);
  const Value* const content =
      last == nullptr ? nullptr : last->Find("content");
  if (content == nullptr) return std::nullopt;
  if (content->is_string()) return content->text();
  if (!content->is_list()) return std::nullopt;
  const int64_t part = LastTextPart(*content);
  if (part < 0) return std::nullopt;
  return content->sequence().items[part].dict().Find("text")->text();
}

Value WithKey(Run& run, const Dict& dict, absl::string_view key,
              const Value& value) {
  Dict* const copy = NewDict(run.arena());
  for (const auto& entry : dict.entries()) {
    copy->Set(run.arena(), entry.key, entry.value);
  }
  copy->Set(run.arena(), Value::String(key), value);
  return Value::Of(copy);
}

Value WithItem(Run& run, const Value& list, int64_t at, const Value& item) {
  const auto items = list.sequence().span();
  std::vector<Value> copy(items.begin(), items.end());
  copy[at] = item;
  if (!run.Reserve(copy.size() * sizeof(Value))) return Value::Failed();
  return NewList(run.arena(), copy);
}

}  // namespace

Value MarkFinalMessage(Run& run, const Value& messages) {
  const std::optional<absl::string_view> text = FinalText(messages);
  if (!text.has_value()) return run.Fail(std::string(kNoText));
  const Value marked = run.CopyText(absl::StrCat(*text, kMarkAndSpace));
  if (marked.failed()) return marked;
  const Dict& last = *LastMessage(messages);
  Value content = *last.Find("content");
  if (content.is_string()) {
    content = marked;
  } else {
    const int64_t at = LastTextPart(content);
    const Dict& part = content.sequence().items[at].dict();
    content = WithItem(run, content, at, WithKey(run, part, "text", marked));
    if (content.failed()) return content;
  }
  return WithItem(run, messages, messages.sequence().size - 1,
                  WithKey(run, last, "content", content));
}

absl::Status CutAtMark(const Value& messages, std::string* text) {
  const size_t at = absl::string_view(*text).rfind(kMark);
  const absl::string_view content = *FinalText(messages);
  const bool has_content =
      absl::StrContains(*text, Strip(content, std::nullopt, kBothSides));
  if (at == std::string::npos || !has_content) {
    return ToStatus({.message = "continue_final_message: the template changes "
                                "the last message, or leaves it out"});
  }
  const bool keeps_space =
      absl::StartsWith(absl::string_view(*text).substr(at), kMarkAndSpace);
  text->resize(at);
  if (!keeps_space) {
    text->resize(Strip(*text, std::nullopt, kRight).size());
  }
  return absl::OkStatus();
}

}  // namespace kaito::runtime::jinja
