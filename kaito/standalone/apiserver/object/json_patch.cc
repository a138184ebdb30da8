#include "kaito/standalone/apiserver/object/json_patch.h"

#include <algorithm>
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

// What all operations may copy and move. An object has at most 3 MiB, and few
// patches touch it twice; without a bound each "copy" could double it.
constexpr int64_t kMaxWork = int64_t{32} << 20;

// A value's own part of that: about what it takes in memory.
constexpr int64_t kValueWork = 16;

using Pointer = std::vector<std::string>;

// What is left of kMaxWork.
class Budget {
 public:
  absl::Status Spend(int64_t work) {
    left_ -= work;
    if (left_ >= 0) return absl::OkStatus();
    return absl::InvalidArgumentError(
        absl::StrCat("it and those before it copy and move more than ",
                     kMaxWork, " bytes, the limit here"));
  }

  // For a value that is put at `pointer`; also looks at how deep it gets.
  absl::Status SpendOn(const json::Value& value, const Pointer& pointer) {
    int64_t depth = 0;
    KAITO_RETURN_IF_ERROR(Measure(value, depth));
    depth += static_cast<int64_t>(pointer.size());
    if (depth <= kMaxPatchedDepth) return absl::OkStatus();
    return absl::InvalidArgumentError(absl::StrCat(
        "the result would be nested deeper than ", kMaxPatchedDepth));
  }

 private:
  // As deep as what it is given, which SpendOn() has bounded.
  absl::Status Measure(const json::Value& value, int64_t& depth) {
    depth = 0;
    const std::string* text = value.string();
    KAITO_RETURN_IF_ERROR(
        Spend(kValueWork +
              (text != nullptr ? static_cast<int64_t>(text->size()) : 0)));
    const auto below = [&](const json::Value& child) -> absl::Status {
      int64_t child_depth = 0;
      KAITO_RETURN_IF_ERROR(Measure(child, child_depth));
      depth = std::max(depth, child_depth + 1);
      return absl::OkStatus();
    };
    if (const json::Array* items = value.array()) {
      depth = 1;
      for (const json::Value& item : *items) KAITO_RETURN_IF_ERROR(below(item));
    } else if (const json::Object* members = value.object()) {
      depth = 1;
      for (const json::Member& member : *members) {
        KAITO_RETURN_IF_ERROR(Spend(static_cast<int64_t>(member.name.size())));
        KAITO_RETURN_IF_ERROR(below(member.value));
      }
    }
    return absl::OkStatus();
  }

  int64_t left_ = kMaxWork;
};

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

// What a new or a lost member moves.
int64_t SizeOf(const json::Value& value) {
  if (const json::Array* items = value.array()) {
    return static_cast<int64_t>(items->size());
  }
  const json::Object* members = value.object();
  return members != nullptr ? static_cast<int64_t>(members->size()) : 0;
}

absl::Status Add(json::Value& target, const Pointer& pointer, json::Value value,
                 Budget& budget) {
  KAITO_RETURN_IF_ERROR(budget.SpendOn(value, pointer));
  if (pointer.empty()) {
    target = std::move(value);
    return absl::OkStatus();
  }
  KAITO_ASSIGN_OR_RETURN(json::Value * parent,
                         Resolve(target, pointer, pointer.size() - 1));
  KAITO_RETURN_IF_ERROR(budget.Spend(SizeOf(*parent)));
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

absl::StatusOr<json::Value> Remove(json::Value& target, const Pointer& pointer,
                                   Budget& budget) {
  if (pointer.empty()) {
    return absl::InvalidArgumentError("the whole object can't be removed");
  }
  KAITO_ASSIGN_OR_RETURN(json::Value * parent,
                         Resolve(target, pointer, pointer.size() - 1));
  KAITO_RETURN_IF_ERROR(budget.Spend(SizeOf(*parent)));
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

absl::Status ApplyOne(const json::Value& operation, json::Value& target,
                      Budget& budget) {
  const absl::string_view op = operation.StringAt({"op"});
  KAITO_ASSIGN_OR_RETURN(const Pointer path, ParsePointer(operation, "path"));
  if (op == "remove") return Remove(target, path, budget).status();
  if (op == "move" || op == "copy") {
    KAITO_ASSIGN_OR_RETURN(const Pointer from, ParsePointer(operation, "from"));
    json::Value value;
    if (op == "move") {
      KAITO_ASSIGN_OR_RETURN(value, Remove(target, from, budget));
    } else {
      KAITO_ASSIGN_OR_RETURN(json::Value * source,
                             Resolve(target, from, from.size()));
      // Before it is copied, too: it may be large.
      KAITO_RETURN_IF_ERROR(budget.SpendOn(*source, path));
      value = *source;
    }
    return Add(target, path, std::move(value), budget);
  }
  const json::Value* value = operation.Find("value");
  if (value == nullptr) {
    return absl::InvalidArgumentError("\"value\" is missing");
  }
  if (op == "add") return Add(target, path, *value, budget);
  if (op != "replace" && op != "test") {
    return absl::InvalidArgumentError(
        absl::StrCat("op ", api::QuoteForMessage(op),
                     ": use add, remove, replace, move, copy or test"));
  }
  absl::StatusOr<json::Value*> at = Resolve(target, path, path.size());
  if (op == "replace") {
    KAITO_RETURN_IF_ERROR(at.status());
    KAITO_RETURN_IF_ERROR(budget.SpendOn(*value, path));
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
  Budget budget;
  for (size_t i = 0; i < operations->size(); ++i) {
    KAITO_RETURN_IF_ERROR(Annotate(ApplyOne((*operations)[i], target, budget),
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
