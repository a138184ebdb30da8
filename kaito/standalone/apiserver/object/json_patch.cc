#include "kaito/standalone/apiserver/object/json_patch.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "kaito/api/schema/field_error.h"
#include "kaito/base/json/value.h"
#include "kaito/base/status/status.h"
#include "kaito/base/status/status_macros.h"

namespace kaito::apiserver {
namespace {

// As the API server bounds it.
constexpr size_t kMaxOperations = 10000;

using Pointer = std::vector<std::string>;

absl::StatusOr<Pointer> ParsePointer(const json::Value& operation,
                                     absl::string_view name) {
  const json::Value* value = operation.Find(name);
  if (value == nullptr || value->string() == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", name, "\" is missing or no string"));
  }
  const absl::string_view text = *value->string();
  Pointer pointer;
  if (text.empty()) return pointer;
  if (text[0] != '/') {
    return absl::InvalidArgumentError(absl::StrCat(
        name, " ", api::QuoteForMessage(text), " does not begin with \"/\""));
  }
  for (absl::string_view part : absl::StrSplit(text.substr(1), '/')) {
    pointer.push_back(absl::StrReplaceAll(part, {{"~1", "/"}, {"~0", "~"}}));
  }
  return pointer;
}

absl::Status Missing(absl::string_view part) {
  return absl::FailedPreconditionError(
      absl::StrCat("there is no ", api::QuoteForMessage(part)));
}

// An index into an array of that size, with "-" as the end.
std::optional<size_t> IndexOf(absl::string_view part, size_t size) {
  if (part == "-") return size;
  uint32_t index = 0;
  if (part.empty() || part.size() > 9 || (part.size() > 1 && part[0] == '0') ||
      !absl::SimpleAtoi(part, &index) || index > size) {
    return std::nullopt;
  }
  return index;
}

json::Value* Step(json::Value& at, absl::string_view part) {
  if (json::Array* items = at.array()) {
    const std::optional<size_t> index = IndexOf(part, items->size());
    return index && *index < items->size() ? &(*items)[*index] : nullptr;
  }
  return at.Find(part);
}

absl::StatusOr<json::Value*> Resolve(json::Value& target,
                                     const Pointer& pointer, size_t length) {
  json::Value* at = &target;
  for (size_t i = 0; i < length; ++i) {
    at = Step(*at, pointer[i]);
    if (at == nullptr) return Missing(pointer[i]);
  }
  return at;
}

absl::Status Add(json::Value& target, const Pointer& pointer,
                 json::Value value) {
  if (pointer.empty()) {
    target = std::move(value);
    return absl::OkStatus();
  }
  KAITO_ASSIGN_OR_RETURN(json::Value * parent,
                         Resolve(target, pointer, pointer.size() - 1));
  const std::string& last = pointer.back();
  if (json::Array* items = parent->array()) {
    const std::optional<size_t> index = IndexOf(last, items->size());
    if (!index) return Missing(last);
    items->insert(items->begin() + static_cast<int64_t>(*index),
                  std::move(value));
    return absl::OkStatus();
  }
  if (!parent->is_object()) return Missing(last);
  (*parent)[last] = std::move(value);
  return absl::OkStatus();
}

absl::StatusOr<json::Value> Remove(json::Value& target,
                                   const Pointer& pointer) {
  if (pointer.empty()) {
    return absl::InvalidArgumentError("the whole object can't be removed");
  }
  KAITO_ASSIGN_OR_RETURN(json::Value * parent,
                         Resolve(target, pointer, pointer.size() - 1));
  const std::string& last = pointer.back();
  json::Value* at = Step(*parent, last);
  if (at == nullptr) return Missing(last);
  json::Value removed = std::move(*at);
  if (json::Array* items = parent->array()) {
    items->erase(items->begin() + (at - items->data()));
  } else {
    parent->object()->Erase(last);
  }
  return removed;
}

absl::Status ApplyOne(const json::Value& operation, json::Value& target) {
  const absl::string_view op = operation.StringAt({"op"});
  KAITO_ASSIGN_OR_RETURN(const Pointer path, ParsePointer(operation, "path"));
  if (op == "remove") return Remove(target, path).status();
  if (op == "move" || op == "copy") {
    KAITO_ASSIGN_OR_RETURN(const Pointer from, ParsePointer(operation, "from"));
    json::Value value;
    if (op == "move") {
      KAITO_ASSIGN_OR_RETURN(value, Remove(target, from));
    } else {
      KAITO_ASSIGN_OR_RETURN(json::Value * source,
                             Resolve(target, from, from.size()));
      value = *source;
    }
    return Add(target, path, std::move(value));
  }
  const json::Value* value = operation.Find("value");
  if (value == nullptr) {
    return absl::InvalidArgumentError("\"value\" is missing");
  }
  if (op == "add") return Add(target, path, *value);
  if (op != "replace" && op != "test") {
    return absl::InvalidArgumentError(
        absl::StrCat("op ", api::QuoteForMessage(op),
                     ": use add, remove, replace, move, copy or test"));
  }
  absl::StatusOr<json::Value*> at = Resolve(target, path, path.size());
  if (op == "replace") {
    KAITO_RETURN_IF_ERROR(at.status());
    **at = *value;
    return absl::OkStatus();
  }
  // As the library that API servers use: what isn't there equals null.
  const bool equal = at.ok() ? **at == *value : value->is_null();
  return equal ? absl::OkStatus()
               : absl::FailedPreconditionError(absl::StrCat(
                     "test of ",
                     api::QuoteForMessage(operation.StringAt({"path"})),
                     " failed"));
}

}  // namespace

absl::Status ApplyJsonPatch(const json::Value& patch, json::Value& target) {
  const json::Array* operations = patch.array();
  if (operations == nullptr || operations->size() > kMaxOperations) {
    return absl::InvalidArgumentError(
        absl::StrCat("JSON patch: want an array of at most ", kMaxOperations,
                     " operations"));
  }
  for (size_t i = 0; i < operations->size(); ++i) {
    KAITO_RETURN_IF_ERROR(Annotate(ApplyOne((*operations)[i], target),
                                   absl::StrCat("JSON patch, operation ", i)));
  }
  return absl::OkStatus();
}

void ApplyMergePatch(const json::Value& patch, json::Value& target) {
  const json::Object* members = patch.object();
  if (members == nullptr) {
    target = patch;
    return;
  }
  if (!target.is_object()) target = json::Object();
  for (const json::Member& member : *members) {
    if (member.value.is_null()) {
      target.object()->Erase(member.name);
    } else {
      ApplyMergePatch(member.value, target[member.name]);
    }
  }
}

}  // namespace kaito::apiserver
