#include "kaito/runtime/serve/http/chat_messages.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/writer.h"
#include "kaito/base/status/status.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/runtime/chat_template/arena.h"
#include "kaito/runtime/chat_template/json_value.h"
#include "kaito/runtime/chat_template/value.h"
#include "kaito/runtime/serve/http/request_fields.h"

namespace kaito::runtime::serve {
namespace {

using jinja::Dict;
using jinja::Value;

// Of one request's values; a body has at most 4 MiB, and a value takes at most
// some 30 bytes for each of them.
constexpr int64_t kMaxValueBytes = int64_t{128} << 20;

absl::Status Wrong(absl::string_view where, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat(where, ": ", what));
}

}  // namespace

ChatMessages::ChatMessages()
    : arena_(std::make_unique<jinja::Arena>(kMaxValueBytes)) {
  input_.add_generation_prompt = true;
}

absl::StatusOr<bool> ChatMessages::Read(absl::string_view key,
                                        const json::Cursor& from) {
  Value* to = nullptr;
  json::Type want = json::Type::kArray;
  if (key == "messages") {
    to = &input_.messages;
  } else if (key == "tools") {
    to = &input_.tools;
  } else if (key == "documents") {
    to = &input_.documents;
  } else if (key == "chat_template_kwargs") {
    to = &input_.variables;
    want = json::Type::kObject;
  }
  if (to != nullptr) {
    if (from.type() == json::Type::kNull) return true;
    if (from.type() != want) {
      return WrongType(
          key, want == json::Type::kArray ? "an array" : "an object", from);
    }
    absl::StatusOr<Value> value = jinja::ReadJsonValue(from, *arena_);
    if (!value.ok()) return Annotate(value.status(), key);
    *to = *value;
    return true;
  }
  bool* flag = nullptr;
  if (key == "add_generation_prompt") flag = &input_.add_generation_prompt;
  if (key == "continue_final_message") flag = &input_.continue_final_message;
  if (flag == nullptr) return false;
  std::optional<bool> value;
  KAITO_RETURN_IF_ERROR(ReadField(key, from, &value));
  *flag = value.value_or(*flag);
  return true;
}

void ChatMessages::SetUserMessage(absl::string_view text) {
  Dict* const message = jinja::NewDict(*arena_, 2);
  message->Set(*arena_, Value::String("role"), Value::String("user"));
  message->Set(*arena_, Value::String("content"),
               jinja::CopyString(*arena_, text));
  input_.messages = jinja::NewList(*arena_, {Value::Of(message)});
}

absl::StatusOr<Value> ChatMessages::Joined(const Value& parts,
                                           absl::string_view where) {
  std::vector<absl::string_view> texts;
  for (const Value& part : parts.sequence().span()) {
    const std::string at = absl::StrCat(where, "[", texts.size(), "]");
    if (!part.is_dict()) return Wrong(at, "want an object");
    const Value* const type = part.dict().Find("type");
    const Value* const text = part.dict().Find("text");
    if (type == nullptr || !type->is_string() || type->text() != "text") {
      return Wrong(at, "only parts of type \"text\" are supported");
    }
    if (text == nullptr || !text->is_string()) {
      return Wrong(at, "text: want a string");
    }
    texts.push_back(text->text());
  }
  return jinja::CopyString(*arena_, absl::StrJoin(texts, "\n"));
}

absl::StatusOr<Value> ChatMessages::Checked(const Value& message,
                                            int64_t index) {
  const std::string where = absl::StrCat("messages[", index, "]");
  if (!message.is_dict()) return Wrong(where, "want an object");
  const Dict& dict = message.dict();
  const Value* const role = dict.Find("role");
  if (role == nullptr || !role->is_string()) {
    return Wrong(where + ".role", "want a string");
  }
  const Value* const content = dict.Find("content");
  if (content == nullptr || content->is_none()) {
    // An assistant that only calls tools says nothing.
    if (role->text() == "assistant") return message;
    return Wrong(where + ".content", "want a string");
  }
  if (content->is_string()) return message;
  if (!content->is_list()) {
    return Wrong(where + ".content", "want a string or a list of parts");
  }
  KAITO_ASSIGN_OR_RETURN(const Value joined,
                         Joined(*content, where + ".content"));
  Dict* const copy = jinja::NewDict(*arena_, dict.size());
  for (const Dict::Entry& entry : dict.entries()) {
    copy->Set(*arena_, entry.key, entry.value);
  }
  copy->Set(*arena_, Value::String("content"), joined);
  return Value::Of(copy);
}

absl::Status ChatMessages::Finish() {
  if (!has_messages()) return Wrong("messages", "is missing");
  std::vector<Value> checked;
  for (const Value& message : input_.messages.sequence().span()) {
    KAITO_ASSIGN_OR_RETURN(
        const Value value,
        Checked(message, static_cast<int64_t>(checked.size())));
    checked.push_back(value);
  }
  if (checked.empty()) return Wrong("messages", "is empty");
  if (input_.continue_final_message && input_.add_generation_prompt) {
    return Wrong("continue_final_message",
                 "excludes add_generation_prompt; set that to false");
  }
  input_.messages = jinja::NewList(*arena_, checked);
  return absl::OkStatus();
}

}  // namespace kaito::runtime::serve
