#include "kaito/runtime/dataset/json_copy.h"

#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"
#include "kaito/base/status/status_macros.h"

namespace kaito::runtime {

absl::Status AppendJson(const json::Cursor& value, std::string* out) {
  bool first = true;
  switch (value.type()) {
    case json::Type::kObject:
      out->push_back('{');
      KAITO_RETURN_IF_ERROR(value.ForEachField(
          [&](absl::string_view key, const json::Cursor& field) {
            absl::StrAppend(out, first ? "" : ",", json::Quote(key), ":");
            first = false;
            return AppendJson(field, out);
          }));
      out->push_back('}');
      return absl::OkStatus();
    case json::Type::kArray:
      out->push_back('[');
      KAITO_RETURN_IF_ERROR(value.ForEachItem([&](const json::Cursor& item) {
        if (!first) out->push_back(',');
        first = false;
        return AppendJson(item, out);
      }));
      out->push_back(']');
      return absl::OkStatus();
    default:
      json::Value scalar;
      KAITO_RETURN_IF_ERROR(value.ReadValue(&scalar));
      absl::StrAppend(out, json::Write(scalar));
      return absl::OkStatus();
  }
}

absl::string_view TypeName(json::Type type) {
  switch (type) {
    case json::Type::kNull:
      return "null";
    case json::Type::kBool:
      return "a boolean";
    case json::Type::kInt:
    case json::Type::kUint:
    case json::Type::kDouble:
      return "a number";
    case json::Type::kString:
      return "a string";
    case json::Type::kArray:
      return "a list";
    case json::Type::kObject:
      return "an object";
  }
  return "";
}

}  // namespace kaito::runtime
