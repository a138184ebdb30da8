#include "kaito/standalone/apiserver/object/strategic_merge.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "kaito/api/schema/field_error.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"
#include "kaito/base/status/status.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/standalone/apiserver/schema/schema.h"

namespace kaito::apiserver {
namespace {

constexpr absl::string_view kDirective = "$patch";
constexpr absl::string_view kDeleteFrom = "$deleteFromPrimitiveList/";
constexpr absl::string_view kOrder = "$setElementOrder/";
constexpr absl::string_view kRetain = "$retainKeys";

bool IsDirective(absl::string_view name) {
  return name == kDirective || name == kRetain ||
         absl::StartsWith(name, kDeleteFrom) || absl::StartsWith(name, kOrder);
}

const Schema& AnySchema() {
  static const auto* any = new Schema;
  return *any;
}

const Schema& ChildSchema(const Schema& schema, absl::string_view name) {
  if (schema.kind == Schema::Kind::kMap) return *schema.element;
  const SchemaProperty* property = schema.Find(name);
  return property != nullptr ? *property->schema : AnySchema();
}

// A copy without the directives, at every level: what a patch adds where
// nothing was.
json::Value WithoutDirectives(const json::Value& patch) {
  if (const json::Object* members = patch.object()) {
    json::Object plain;
    for (const json::Member& member : *members) {
      if (IsDirective(member.name) || member.value.is_null()) continue;
      plain[member.name] = WithoutDirectives(member.value);
    }
    return plain;
  }
  if (const json::Array* items = patch.array()) {
    json::Array plain;
    for (const json::Value& item : *items) {
      const absl::string_view directive = item.StringAt({kDirective});
      if (directive == "delete" || directive == "replace") continue;
      plain.push_back(WithoutDirectives(item));
    }
    return plain;
  }
  return patch;
}

json::Array::iterator FindByKey(json::Array& items, absl::string_view key,
                                const json::Value& wanted) {
  return std::find_if(items.begin(), items.end(), [&](const json::Value& item) {
    const json::Value* value = item.Find(key);
    return value != nullptr && *value == wanted;
  });
}

// Items that the order names come in its order; the others stay behind the
// item that they followed.
void Reorder(json::Array& items, const json::Array& order,
             absl::string_view key) {
  const auto place = [&](const json::Value& item) -> int {
    for (size_t i = 0; i < order.size(); ++i) {
      if (key.empty()
              ? order[i] == item
              : order[i].Find(key) != nullptr && item.Find(key) != nullptr &&
                    *order[i].Find(key) == *item.Find(key)) {
        return static_cast<int>(i);
      }
    }
    return -1;
  };
  std::vector<std::pair<int, json::Value>> ranked;
  int last = -1;
  for (json::Value& item : items) {
    const int own = place(item);
    last = own >= 0 ? own : last;
    ranked.emplace_back(last, std::move(item));
  }
  std::stable_sort(
      ranked.begin(), ranked.end(),
      [](const auto& a, const auto& b) { return a.first < b.first; });
  for (size_t i = 0; i < items.size(); ++i) {
    items[i] = std::move(ranked[i].second);
  }
}

class Merger {
 public:
  absl::Status MergeObject(const Schema& schema, const json::Object& patch,
                           json::Value& target) {
    if (const json::Value* directive = patch.Find(kDirective)) {
      if (*directive == json::Value("replace")) {
        target = WithoutDirectives(patch);
        return absl::OkStatus();
      }
      if (*directive == json::Value("delete")) {
        target = json::Object();
        return absl::OkStatus();
      }
      if (*directive != json::Value("merge")) {
        return absl::InvalidArgumentError(
            absl::StrCat("strategic merge: $patch is ", json::Write(*directive),
                         ": use merge, replace or delete"));
      }
    }
    if (!target.is_object()) target = json::Object();
    if (const json::Value* retain = patch.Find(kRetain)) {
      KAITO_RETURN_IF_ERROR(RetainKeys(*retain, *target.object()));
    }
    for (const json::Member& member : patch) {
      if (IsDirective(member.name)) continue;
      KAITO_RETURN_IF_ERROR(
          Annotate(MergeMember(schema, patch, member, target), member.name));
    }
    for (const json::Member& member : patch) {
      KAITO_RETURN_IF_ERROR(ListDirective(schema, patch, member, target));
    }
    return absl::OkStatus();
  }

 private:
  static absl::Status RetainKeys(const json::Value& retain,
                                 json::Object& target) {
    if (!retain.is_array()) {
      return absl::InvalidArgumentError(
          "strategic merge: $retainKeys is no list");
    }
    std::vector<std::string> gone;
    for (const json::Member& member : target) {
      const json::Array& keys = *retain.array();
      if (std::find(keys.begin(), keys.end(), json::Value(member.name)) ==
          keys.end()) {
        gone.push_back(member.name);
      }
    }
    for (const std::string& name : gone) target.Erase(name);
    return absl::OkStatus();
  }

  absl::Status MergeMember(const Schema& schema, const json::Object& patch,
                           const json::Member& member, json::Value& target) {
    if (member.value.is_null()) {
      target.object()->Erase(member.name);
      return absl::OkStatus();
    }
    const Schema& child = ChildSchema(schema, member.name);
    if (member.value.is_object()) {
      const bool erase = member.value.StringAt({kDirective}) == "delete";
      if (erase) {
        target.object()->Erase(member.name);
        return absl::OkStatus();
      }
      return MergeObject(child, *member.value.object(), target[member.name]);
    }
    const SchemaProperty* property = schema.Find(member.name);
    if (member.value.is_array() && property != nullptr && property->merge) {
      return MergeList(*property, *member.value.array(), target[member.name]);
    }
    target[member.name] = WithoutDirectives(member.value);
    return absl::OkStatus();
  }

  absl::Status MergeList(const SchemaProperty& property,
                         const json::Array& patch, json::Value& target) {
    if (!target.is_array()) target = json::Array();
    json::Array& items = *target.array();
    for (const json::Value& item : patch) {
      if (item.StringAt({kDirective}) == "replace") {
        items.clear();
        for (const json::Value& other : patch) {
          if (other.StringAt({kDirective}) != "replace") {
            items.push_back(WithoutDirectives(other));
          }
        }
        return absl::OkStatus();
      }
    }
    for (const json::Value& item : patch) {
      KAITO_RETURN_IF_ERROR(MergeItem(property, item, items));
    }
    return absl::OkStatus();
  }

  absl::Status MergeItem(const SchemaProperty& property,
                         const json::Value& item, json::Array& items) {
    if (property.merge_key.empty()) {
      if (std::find(items.begin(), items.end(), item) == items.end()) {
        items.push_back(item);
      }
      return absl::OkStatus();
    }
    const json::Value* key = item.Find(property.merge_key);
    if (key == nullptr) {
      return absl::InvalidArgumentError(absl::StrCat(
          "strategic merge: an item lacks its key ", property.merge_key));
    }
    const auto it = FindByKey(items, property.merge_key, *key);
    if (item.StringAt({kDirective}) == "delete") {
      if (it != items.end()) items.erase(it);
      return absl::OkStatus();
    }
    if (it == items.end()) {
      items.push_back(WithoutDirectives(item));
      return absl::OkStatus();
    }
    return MergeObject(*property.schema->element, *item.object(), *it);
  }

  static absl::Status ListDirective(const Schema& schema,
                                    const json::Object& patch,
                                    const json::Member& member,
                                    json::Value& target) {
    absl::string_view field = member.name;
    const bool erase = absl::ConsumePrefix(&field, kDeleteFrom);
    if (!erase && !absl::ConsumePrefix(&field, kOrder)) {
      return absl::OkStatus();
    }
    if (!member.value.is_array()) {
      return absl::InvalidArgumentError(
          absl::StrCat("strategic merge: ", member.name, " is no list"));
    }
    json::Value* list = target.Find(field);
    if (list == nullptr || !list->is_array()) return absl::OkStatus();
    const json::Array& values = *member.value.array();
    json::Array& items = *list->array();
    if (erase) {
      items.erase(std::remove_if(items.begin(), items.end(),
                                 [&](const json::Value& item) {
                                   return std::find(values.begin(),
                                                    values.end(),
                                                    item) != values.end();
                                 }),
                  items.end());
      return absl::OkStatus();
    }
    const SchemaProperty* property = schema.Find(field);
    if (property != nullptr && property->merge) {
      Reorder(items, values, property->merge_key);
    }
    return absl::OkStatus();
  }
};

}  // namespace

absl::Status ApplyStrategicMerge(const Schema& schema, const json::Value& patch,
                                 json::Value& target) {
  if (!patch.is_object()) {
    return absl::InvalidArgumentError("strategic merge: want an object");
  }
  return Merger().MergeObject(schema, *patch.object(), target);
}

}  // namespace kaito::apiserver
