#include "kaito/kube/fake/json_patch.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "kaito/base/json/value.h"
#include "kaito/base/status/status_macros.h"

namespace kaito::kube {
namespace {

absl::Status Fails(absl::string_view op, absl::string_view path) {
  return absl::InvalidArgumentError(
      absl::StrCat("JSON patch: ", op, " of ", path, " fails"));
}

// The index that a segment names in an array; `size` for "-".
bool IndexOf(absl::string_view segment, size_t size, size_t* index) {
  if (segment == "-") {
    *index = size;
    return true;
  }
  int64_t n = 0;
  if (!absl::SimpleAtoi(segment, &n) || n < 0) return false;
  *index = static_cast<size_t>(n);
  return *index <= size;
}

json::Value* Child(json::Value* parent, absl::string_view segment) {
  if (json::Array* array = parent->array()) {
    size_t index = 0;
    if (!IndexOf(segment, array->size(), &index) || index == array->size()) {
      return nullptr;
    }
    return &(*array)[index];
  }
  return parent->Find(segment);
}

absl::Status Add(json::Value* parent, const std::string& last,
                 const json::Value& value, absl::string_view path) {
  if (json::Array* array = parent->array()) {
    size_t index = 0;
    if (!IndexOf(last, array->size(), &index)) return Fails("add", path);
    array->insert(array->begin() + static_cast<std::ptrdiff_t>(index), value);
    return absl::OkStatus();
  }
  if (!parent->is_object()) return Fails("add", path);
  (*parent)[last] = value;
  return absl::OkStatus();
}

absl::Status Remove(json::Value* parent, const std::string& last,
                    absl::string_view path) {
  if (Child(parent, last) == nullptr) return Fails("remove", path);
  if (json::Array* array = parent->array()) {
    size_t index = 0;
    IndexOf(last, array->size(), &index);
    array->erase(array->begin() + static_cast<std::ptrdiff_t>(index));
  } else {
    parent->object()->Erase(last);
  }
  return absl::OkStatus();
}

absl::Status Step(const json::Value& step, json::Value& target) {
  const absl::string_view op = step.StringAt({"op"});
  const absl::string_view path = step.StringAt({"path"});
  const json::Value* given = step.Find("value");
  const json::Value value = given == nullptr ? json::Value() : *given;
  std::vector<std::string> segments = absl::StrSplit(path, '/');
  if (segments.size() < 2) return Fails(op, path);
  json::Value* parent = &target;
  for (size_t i = 1; i < segments.size(); ++i) {
    segments[i] = absl::StrReplaceAll(segments[i], {{"~1", "/"}, {"~0", "~"}});
    if (i + 1 == segments.size()) break;
    parent = Child(parent, segments[i]);
    if (parent == nullptr) return Fails(op, path);
  }
  const std::string& last = segments.back();
  json::Value* at = Child(parent, last);
  if (op == "test") {
    // A member that is not there equals null.
    return (at == nullptr ? value.is_null() : *at == value) ? absl::OkStatus()
                                                            : Fails(op, path);
  }
  if (op == "add") return Add(parent, last, value, path);
  if (op == "remove") return Remove(parent, last, path);
  if (op != "replace" || at == nullptr) return Fails(op, path);
  *at = value;
  return absl::OkStatus();
}

}  // namespace

void MergePatch(const json::Value& patch, json::Value& target) {
  if (patch.object() == nullptr) {
    target = patch;
    return;
  }
  if (target.object() == nullptr) target = json::Object();
  for (const json::Member& member : *patch.object()) {
    if (member.value.is_null()) {
      target.object()->Erase(member.name);
    } else {
      MergePatch(member.value, target[member.name]);
    }
  }
}

absl::Status JsonPatch(const json::Value& patch, json::Value& target) {
  if (patch.array() == nullptr) return Fails("reading", "the patch");
  for (const json::Value& step : *patch.array()) {
    KAITO_RETURN_IF_ERROR(Step(step, target));
  }
  return absl::OkStatus();
}

}  // namespace kaito::kube
