#include "kaito/standalone/apiserver/object/owned_fields.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"
#include "kaito/standalone/apiserver/object/field_set.h"
#include "kaito/standalone/apiserver/schema/schema.h"

namespace kaito::apiserver {
namespace {

const Schema& AnySchema() {
  static const auto* any = new Schema;
  return *any;
}

const Schema& ChildOf(const Schema& schema, absl::string_view name) {
  if (schema.kind == Schema::Kind::kMap) return *schema.element;
  const SchemaProperty* property = schema.Find(name);
  return property != nullptr ? *property->schema : AnySchema();
}

bool IsGranularObject(const Schema& schema, const json::Value& value) {
  return value.is_object() && !schema.atomic;
}

bool IsGranularList(const Schema& schema, const json::Value& value) {
  return value.is_array() && schema.kind == Schema::Kind::kArray &&
         schema.list_type != Schema::ListType::kAtomic;
}

// "k:…" or "v:…" of an item.
std::string StepOf(const Schema& list, const json::Value& item) {
  if (list.list_type == Schema::ListType::kSet) {
    return absl::StrCat("v:", json::Write(item));
  }
  json::Object keys;
  for (const std::string& key : list.list_keys) {
    if (const json::Value* value = item.Find(key)) {
      keys[key] = *value;
      continue;
    }
    // The applied item may leave a key to its default.
    const SchemaProperty* property = list.element->Find(key);
    if (property != nullptr && !property->default_value.is_null()) {
      keys[key] = property->default_value;
    }
  }
  return absl::StrCat("k:", json::Write(keys));
}

const json::Value* FindItem(const Schema& list, const json::Value& items,
                            const std::string& step) {
  for (const json::Value& item : *items.array()) {
    if (StepOf(list, item) == step) return &item;
  }
  return nullptr;
}

std::string MemberStep(absl::string_view name) {
  return absl::StrCat("f:", name);
}

void Fill(const Schema& schema, const json::Value& value, FieldSet& set) {
  if (IsGranularObject(schema, value) && !value.object()->empty()) {
    for (const json::Member& member : *value.object()) {
      Fill(ChildOf(schema, member.name), member.value,
           set.below[MemberStep(member.name)]);
    }
    return;
  }
  if (IsGranularList(schema, value) && !value.array()->empty()) {
    for (const json::Value& item : *value.array()) {
      FieldSet& child = set.below[StepOf(schema, item)];
      child.member = true;
      if (schema.list_type == Schema::ListType::kMap) {
        Fill(*schema.element, item, child);
      }
    }
    return;
  }
  set.member = true;
}

// False: nothing has changed.
bool FillChanged(const Schema& schema, const json::Value* before,
                 const json::Value& after, FieldSet& set) {
  if (before == nullptr) {
    Fill(schema, after, set);
    return true;
  }
  if (*before == after) return false;
  if (IsGranularObject(schema, after) && before->is_object() &&
      !after.object()->empty()) {
    for (const json::Member& member : *after.object()) {
      const std::string step = MemberStep(member.name);
      if (!FillChanged(ChildOf(schema, member.name), before->Find(member.name),
                       member.value, set.below[step])) {
        set.below.erase(step);
      }
    }
    return !set.empty();
  }
  if (IsGranularList(schema, after) && before->is_array() &&
      !after.array()->empty()) {
    for (const json::Value& item : *after.array()) {
      const std::string step = StepOf(schema, item);
      const json::Value* old = FindItem(schema, *before, step);
      FieldSet& child = set.below[step];
      if (old == nullptr) child.member = true;
      if (schema.list_type == Schema::ListType::kMap) {
        FillChanged(*schema.element, old, item, child);
      }
      if (child.empty()) set.below.erase(step);
    }
    return !set.empty();
  }
  set.member = true;
  return true;
}

bool HasPart(const FieldSet& set, const std::string& step) {
  const FieldSet* child = set.Find(step);
  return child != nullptr && !child->empty();
}

const FieldSet& PartOf(const FieldSet& set, const std::string& step) {
  static const auto* none = new FieldSet;
  const FieldSet* child = set.Find(step);
  return child != nullptr ? *child : *none;
}

bool IsEmptied(const json::Value& value) {
  return (value.is_object() && value.object()->empty()) ||
         (value.is_array() && value.array()->empty());
}

}  // namespace

FieldSet FieldsOf(const Schema& schema, const json::Value& value) {
  FieldSet set;
  Fill(schema, value, set);
  return set;
}

FieldSet ChangedFields(const Schema& schema, const json::Value& before,
                       const json::Value& after) {
  FieldSet set;
  FillChanged(schema, &before, after, set);
  return set;
}

json::Value MergeApplied(const Schema& schema, const json::Value& live,
                         const json::Value& applied) {
  if (IsGranularObject(schema, applied) && live.is_object()) {
    json::Value merged = live;
    for (const json::Member& member : *applied.object()) {
      const json::Value* old = live.Find(member.name);
      const Schema& child = ChildOf(schema, member.name);
      merged[member.name] = old != nullptr
                                ? MergeApplied(child, *old, member.value)
                                : member.value;
    }
    return merged;
  }
  if (!IsGranularList(schema, applied) || !live.is_array()) return applied;
  json::Array merged;
  std::vector<std::string> steps;
  for (const json::Value& item : *applied.array()) {
    steps.push_back(StepOf(schema, item));
    const json::Value* old = FindItem(schema, live, steps.back());
    merged.push_back(old != nullptr &&
                             schema.list_type == Schema::ListType::kMap
                         ? MergeApplied(*schema.element, *old, item)
                         : item);
  }
  for (const json::Value& item : *live.array()) {
    const std::string step = StepOf(schema, item);
    if (std::find(steps.begin(), steps.end(), step) == steps.end()) {
      merged.push_back(item);
    }
  }
  return merged;
}

void TakeOut(const Schema& schema, const FieldSet& fields, const FieldSet& kept,
             json::Value& value) {
  if (IsGranularList(schema, value)) {
    json::Array& items = *value.array();
    for (auto it = items.begin(); it != items.end();) {
      const std::string step = StepOf(schema, *it);
      const FieldSet* child = fields.Find(step);
      if (child != nullptr && child->member && !HasPart(kept, step)) {
        it = items.erase(it);
        continue;
      }
      if (child != nullptr && schema.list_type == Schema::ListType::kMap) {
        TakeOut(*schema.element, *child, PartOf(kept, step), *it);
      }
      ++it;
    }
    return;
  }
  if (!IsGranularObject(schema, value)) return;
  for (const auto& [step, child] : fields.below) {
    const std::string name = step.substr(2);
    json::Value* member = value.Find(name);
    if (member == nullptr) continue;
    if (child.below.empty()) {
      if (!HasPart(kept, step)) value.object()->Erase(name);
      continue;
    }
    const bool was_empty = IsEmptied(*member);
    TakeOut(ChildOf(schema, name), child, PartOf(kept, step), *member);
    if (!was_empty && IsEmptied(*member)) value.object()->Erase(name);
  }
}

}  // namespace kaito::apiserver
