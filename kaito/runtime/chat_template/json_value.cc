#include "kaito/runtime/chat_template/json_value.h"

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/runtime/chat_template/arena.h"
#include "kaito/runtime/chat_template/value.h"

namespace kaito::runtime::jinja {
namespace {

absl::Status CheckSpace(const Arena& arena, int64_t bytes) {
  if (arena.Fits(bytes)) return absl::OkStatus();
  return absl::ResourceExhaustedError(
      absl::StrCat("JSON: the values need more than the ", arena.used(),
                   " bytes that they may take"));
}

absl::StatusOr<Value> ReadObject(const json::Cursor& from, Arena& arena) {
  Dict* const dict = NewDict(arena);
  const absl::Status status = from.ForEachField(
      [&](absl::string_view key, const json::Cursor& field) -> absl::Status {
        KAITO_RETURN_IF_ERROR(
            CheckSpace(arena, static_cast<int64_t>(key.size())));
        KAITO_ASSIGN_OR_RETURN(const Value value, ReadJsonValue(field, arena));
        dict->Set(arena, CopyString(arena, key), value);
        return absl::OkStatus();
      });
  if (!status.ok()) return status;
  return Value::Of(dict);
}

absl::StatusOr<Value> ReadArray(const json::Cursor& from, Arena& arena) {
  std::vector<Value> items;
  const absl::Status status =
      from.ForEachItem([&](const json::Cursor& item) -> absl::Status {
        KAITO_ASSIGN_OR_RETURN(const Value value, ReadJsonValue(item, arena));
        items.push_back(value);
        return absl::OkStatus();
      });
  if (!status.ok()) return status;
  KAITO_RETURN_IF_ERROR(
      CheckSpace(arena, static_cast<int64_t>(items.size() * sizeof(Value))));
  return NewList(arena, items);
}

}  // namespace

absl::StatusOr<Value> ReadJsonValue(const json::Cursor& from, Arena& arena) {
  KAITO_RETURN_IF_ERROR(CheckSpace(arena, 0));
  switch (from.type()) {
    case json::Type::kNull:
      return Value::None();
    case json::Type::kBool: {
      bool b = false;
      KAITO_RETURN_IF_ERROR(from.ReadBool(&b));
      return Value::Bool(b);
    }
    case json::Type::kInt: {
      int64_t n = 0;
      KAITO_RETURN_IF_ERROR(from.ReadInt64(&n));
      return Value::Int(n);
    }
    case json::Type::kUint:
      return absl::InvalidArgumentError(
          "JSON: an integer is beyond 9223372036854775807");
    case json::Type::kDouble: {
      double d = 0;
      KAITO_RETURN_IF_ERROR(from.ReadDouble(&d));
      return Value::Float(d);
    }
    case json::Type::kString: {
      absl::string_view text;
      KAITO_RETURN_IF_ERROR(from.ReadStringView(&text));
      KAITO_RETURN_IF_ERROR(
          CheckSpace(arena, static_cast<int64_t>(text.size())));
      return CopyString(arena, text);
    }
    case json::Type::kArray:
      return ReadArray(from, arena);
    case json::Type::kObject:
      return ReadObject(from, arena);
  }
  return absl::InternalError("JSON: a value of no known type");
}

absl::StatusOr<Value> ParseJsonValue(absl::string_view text, Arena& arena) {
  Value value;
  KAITO_RETURN_IF_ERROR(
      json::Read(text, {}, [&](const json::Cursor& root) -> absl::Status {
        KAITO_ASSIGN_OR_RETURN(value, ReadJsonValue(root, arena));
        return absl::OkStatus();
      }));
  return value;
}

}  // namespace kaito::runtime::jinja
