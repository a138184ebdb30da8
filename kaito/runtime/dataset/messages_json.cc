#include "kaito/runtime/dataset/messages_json.h"

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/writer.h"
#include "kaito/base/status/status.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/runtime/dataset/json_copy.h"

namespace kaito::runtime {
namespace {

absl::Status WrongType(absl::string_view where, absl::string_view want,
                       json::Type got) {
  return absl::InvalidArgumentError(
      absl::StrCat(where, ": want ", want, ", got ", TypeName(got)));
}

struct Message {
  std::optional<std::string> role;
  std::optional<std::string> content;  // JSON: a string or null.
  std::string tool_calls;              // JSON; "" where absent, as below.
  std::string tool_call_id;
  std::string reasoning_content;
};

absl::Status ReadRole(const json::Cursor& value, Message* out) {
  if (value.type() != json::Type::kString) {
    return WrongType("role", "a string", value.type());
  }
  return value.ReadString(&out->role.emplace());
}

absl::Status ReadFrom(const json::Cursor& value, Message* out) {
  absl::string_view from;
  if (value.type() != json::Type::kString) {
    return WrongType("from", "a string", value.type());
  }
  KAITO_RETURN_IF_ERROR(value.ReadStringView(&from));
  if (from == "human" || from == "user") {
    out->role = "user";
  } else if (from == "gpt" || from == "assistant") {
    out->role = "assistant";
  } else if (from == "system") {
    out->role = "system";
  } else {
    return absl::InvalidArgumentError(absl::StrCat(
        "from: want human, gpt or system, got ", json::Quote(from)));
  }
  return absl::OkStatus();
}

absl::Status ReadContent(absl::string_view key, const json::Cursor& value,
                         Message* out) {
  if (value.type() != json::Type::kString &&
      value.type() != json::Type::kNull) {
    return WrongType(key, "a string or null", value.type());
  }
  return AppendJson(value, &out->content.emplace());
}

// A field that may be absent: null counts as that.
absl::Status ReadExtra(absl::string_view key, json::Type want,
                       const json::Cursor& value, std::string* out) {
  out->clear();
  if (value.type() == json::Type::kNull) return absl::OkStatus();
  if (value.type() != want) return WrongType(key, TypeName(want), value.type());
  return AppendJson(value, out);
}

absl::Status ReadField(absl::string_view key, const json::Cursor& value,
                       Message* out) {
  if (key == "role") return ReadRole(value, out);
  if (key == "from") return ReadFrom(value, out);
  if (key == "content" || key == "value") return ReadContent(key, value, out);
  if (key == "tool_calls") {
    return ReadExtra(key, json::Type::kArray, value, &out->tool_calls);
  }
  if (key == "tool_call_id") {
    return ReadExtra(key, json::Type::kString, value, &out->tool_call_id);
  }
  if (key == "reasoning_content") {
    return ReadExtra(key, json::Type::kString, value, &out->reasoning_content);
  }
  return absl::OkStatus();
}

absl::Status ReadMessage(const json::Cursor& item, std::string* out) {
  if (item.type() != json::Type::kObject) {
    return absl::InvalidArgumentError(absl::StrCat(
        "want an object with role and content, got ", TypeName(item.type())));
  }
  Message message;
  KAITO_RETURN_IF_ERROR(
      item.ForEachField([&](absl::string_view key, const json::Cursor& value) {
        return ReadField(key, value, &message);
      }));
  if (!message.role.has_value()) {
    return absl::InvalidArgumentError("role: is missing");
  }
  if (!message.content.has_value() && message.tool_calls.empty()) {
    return absl::InvalidArgumentError("content: is missing");
  }
  absl::StrAppend(out, "{\"role\":", json::Quote(*message.role),
                  ",\"content\":", message.content.value_or("null"));
  if (!message.reasoning_content.empty()) {
    absl::StrAppend(out, ",\"reasoning_content\":", message.reasoning_content);
  }
  if (!message.tool_calls.empty()) {
    absl::StrAppend(out, ",\"tool_calls\":", message.tool_calls);
  }
  if (!message.tool_call_id.empty()) {
    absl::StrAppend(out, ",\"tool_call_id\":", message.tool_call_id);
  }
  out->push_back('}');
  return absl::OkStatus();
}

absl::Status ReadList(absl::string_view column, const json::Cursor& value,
                      MessageList* out) {
  return value.ForEachItem([&](const json::Cursor& item) {
    if (out->count > 0) out->items.push_back(',');
    const absl::Status read = ReadMessage(item, &out->items);
    if (!read.ok()) {
      return Annotate(read, absl::StrCat(column, "[", out->count, "]"));
    }
    ++out->count;
    return absl::OkStatus();
  });
}

}  // namespace

absl::Status ReadMessages(absl::string_view column, const json::Cursor& value,
                          MessageList* out) {
  *out = MessageList();
  out->null = value.type() == json::Type::kNull;
  if (out->null) return absl::OkStatus();
  if (value.type() != json::Type::kArray) {
    return WrongType(column, "a list of messages", value.type());
  }
  return ReadList(column, value, out);
}

absl::Status ParseMessages(absl::string_view column, absl::string_view text,
                           MessageList* out) {
  bool is_json = false;
  const absl::Status read =
      json::Read(text, {}, [&](const json::Cursor& value) {
        is_json = true;
        return ReadMessages(column, value, out);
      });
  if (is_json) return read;
  return absl::InvalidArgumentError(absl::StrCat(
      column, ": want a list of messages, got a string that is no JSON"));
}

}  // namespace kaito::runtime
