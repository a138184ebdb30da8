#include "kaito/runtime/serve/http/request_fields.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/status/status_macros.h"

namespace kaito::runtime::serve {
namespace {

// Deeper than any conversation with tools.
constexpr int kMaxDepth = 64;
// Below it every integer is a double of its own.
constexpr double kExactDouble = 9007199254740992;  // 2^53

absl::string_view NameOf(json::Type type) {
  switch (type) {
    case json::Type::kNull:
      return "null";
    case json::Type::kBool:
      return "boolean";
    case json::Type::kInt:
    case json::Type::kUint:
      return "integer";
    case json::Type::kDouble:
      return "number";
    case json::Type::kString:
      return "string";
    case json::Type::kArray:
      return "array";
    case json::Type::kObject:
      return "object";
  }
  return "something else";
}

bool IsNull(const json::Cursor& from) {
  return from.type() == json::Type::kNull;
}

}  // namespace

absl::Status WrongType(absl::string_view name, absl::string_view want,
                       const json::Cursor& found) {
  return absl::InvalidArgumentError(
      absl::StrCat(name, ": want ", want, ", found ", NameOf(found.type())));
}

absl::Status ReadField(absl::string_view name, const json::Cursor& from,
                       std::optional<bool>* to) {
  if (IsNull(from)) return absl::OkStatus();
  if (from.type() != json::Type::kBool) {
    return WrongType(name, "a boolean", from);
  }
  return from.ReadBool(&to->emplace());
}

absl::Status ReadField(absl::string_view name, const json::Cursor& from,
                       std::optional<double>* to) {
  switch (from.type()) {
    case json::Type::kNull:
      return absl::OkStatus();
    case json::Type::kInt:
    case json::Type::kUint:
    case json::Type::kDouble:
      return from.ReadDouble(&to->emplace());
    default:
      return WrongType(name, "a number", from);
  }
}

absl::Status ReadField(absl::string_view name, const json::Cursor& from,
                       std::optional<int64_t>* to) {
  if (IsNull(from)) return absl::OkStatus();
  if (from.type() == json::Type::kInt) return from.ReadInt64(&to->emplace());
  if (from.type() == json::Type::kDouble) {
    double value = 0;
    KAITO_RETURN_IF_ERROR(from.ReadDouble(&value));
    if (std::abs(value) < kExactDouble && value == std::trunc(value)) {
      *to = static_cast<int64_t>(value);
      return absl::OkStatus();
    }
  }
  return WrongType(name, "an integer", from);
}

absl::Status ReadField(absl::string_view name, const json::Cursor& from,
                       std::optional<std::string>* to) {
  if (IsNull(from)) return absl::OkStatus();
  if (from.type() != json::Type::kString) {
    return WrongType(name, "a string", from);
  }
  return from.ReadString(&to->emplace());
}

absl::Status ReadStrings(absl::string_view name, const json::Cursor& from,
                         std::vector<std::string>* to) {
  if (IsNull(from)) return absl::OkStatus();
  std::vector<std::string> strings;
  if (from.type() == json::Type::kString) {
    KAITO_RETURN_IF_ERROR(from.ReadString(&strings.emplace_back()));
  } else if (from.type() == json::Type::kArray) {
    KAITO_RETURN_IF_ERROR(from.ForEachItem([&](const json::Cursor& item) {
      if (item.type() != json::Type::kString) {
        return WrongType(absl::StrCat(name, "[", strings.size(), "]"),
                         "a string", item);
      }
      return item.ReadString(&strings.emplace_back());
    }));
  } else {
    return WrongType(name, "a string or a list of strings", from);
  }
  *to = std::move(strings);
  return absl::OkStatus();
}

absl::Status ReadIds(absl::string_view name, const json::Cursor& from,
                     std::vector<int32_t>* to) {
  if (IsNull(from)) return absl::OkStatus();
  std::vector<int32_t> ids;
  const auto read = [&](absl::string_view where, const json::Cursor& item) {
    std::optional<int64_t> id;
    KAITO_RETURN_IF_ERROR(ReadField(where, item, &id));
    if (!id.has_value() || *id < 0 ||
        *id > std::numeric_limits<int32_t>::max()) {
      return absl::InvalidArgumentError(
          absl::StrCat(where, ": want a token id, found ",
                       id.has_value() ? absl::StrCat(*id) : "null"));
    }
    ids.push_back(static_cast<int32_t>(*id));
    return absl::OkStatus();
  };
  if (from.type() == json::Type::kArray) {
    KAITO_RETURN_IF_ERROR(from.ForEachItem([&](const json::Cursor& item) {
      return read(absl::StrCat(name, "[", ids.size(), "]"), item);
    }));
  } else if (from.type() == json::Type::kInt) {
    KAITO_RETURN_IF_ERROR(read(name, from));
  } else {
    return WrongType(name, "a list of token ids", from);
  }
  *to = std::move(ids);
  return absl::OkStatus();
}

absl::Status ReadBody(
    absl::string_view body,
    absl::FunctionRef<absl::Status(absl::string_view, const json::Cursor&)>
        field) {
  return json::Read(body, {.max_depth = kMaxDepth},
                    [&](const json::Cursor& root) {
                      if (root.type() != json::Type::kObject) {
                        return WrongType("the body", "an object", root);
                      }
                      return root.ForEachField(field);
                    });
}

}  // namespace kaito::runtime::serve
