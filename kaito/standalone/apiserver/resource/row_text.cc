#include "kaito/standalone/apiserver/resource/row_text.h"

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/base/json/value.h"
#include "kaito/standalone/apiserver/object/cell.h"

namespace kaito::apiserver {
namespace {

constexpr absl::string_view kNone = "<none>";

std::string OfContainers(const json::Value* pod_spec, absl::string_view name) {
  std::vector<std::string> texts;
  if (pod_spec != nullptr) {
    for (const json::Value& container : List(*pod_spec, {"containers"})) {
      texts.emplace_back(container.StringAt({name}));
    }
  }
  return absl::StrJoin(texts, ",");
}

}  // namespace

std::string Text(const json::Value& object, FieldPath path) {
  return std::string(object.StringAt(path));
}

std::string TextOrNone(const json::Value& object, FieldPath path) {
  std::string text = Text(object, path);
  return text.empty() ? std::string(kNone) : text;
}

int64_t Number(const json::Value& object, FieldPath path, int64_t absent) {
  const json::Value* value = object.FindPath(path);
  return value != nullptr ? value->integer().value_or(absent) : absent;
}

const json::Array& List(const json::Value& object, FieldPath path) {
  static const auto* none = new json::Array;
  const json::Value* value = object.FindPath(path);
  return value != nullptr && value->is_array() ? *value->array() : *none;
}

int64_t Size(const json::Value& object, FieldPath path) {
  const json::Value* value = object.FindPath(path);
  if (value == nullptr) return 0;
  if (value->is_object()) return static_cast<int64_t>(value->object()->size());
  return value->is_array() ? static_cast<int64_t>(value->array()->size()) : 0;
}

std::string Age(const json::Value& object, absl::Time now) {
  return AgeText(object.StringAt({"metadata", "creationTimestamp"}), now);
}

std::string LabelsText(const json::Value* labels) {
  std::vector<std::string> pairs;
  if (labels != nullptr && labels->is_object()) {
    for (const json::Member& label : *labels->object()) {
      if (label.value.string() != nullptr) {
        pairs.push_back(absl::StrCat(label.name, "=", *label.value.string()));
      }
    }
  }
  return pairs.empty() ? std::string(kNone) : absl::StrJoin(pairs, ",");
}

std::string SelectorText(const json::Value* selector) {
  std::vector<std::string> parts;
  if (selector != nullptr) {
    if (Size(*selector, {"matchLabels"}) > 0) {
      parts.push_back(LabelsText(selector->Find("matchLabels")));
    }
    for (const json::Value& e : List(*selector, {"matchExpressions"})) {
      const std::string key = Text(e, {"key"});
      const std::string op = Text(e, {"operator"});
      std::vector<std::string> values;
      for (const json::Value& value : List(e, {"values"})) {
        if (value.string() != nullptr) values.push_back(*value.string());
      }
      const std::string joined = absl::StrJoin(values, ",");
      parts.push_back(op == "Exists"         ? key
                      : op == "DoesNotExist" ? absl::StrCat("!", key)
                      : op == "In"
                          ? absl::StrCat(key, " in (", joined, ")")
                          : absl::StrCat(key, " notin (", joined, ")"));
    }
  }
  return parts.empty() ? std::string(kNone) : absl::StrJoin(parts, ",");
}

std::string ContainerNames(const json::Value* pod_spec) {
  return OfContainers(pod_spec, "name");
}

std::string ContainerImages(const json::Value* pod_spec) {
  return OfContainers(pod_spec, "image");
}

}  // namespace kaito::apiserver
