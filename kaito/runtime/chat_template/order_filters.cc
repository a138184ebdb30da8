#include "kaito/runtime/chat_template/order_filters.h"

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/runtime/chat_template/args.h"
#include "kaito/runtime/chat_template/attribute_path.h"
#include "kaito/runtime/chat_template/compare.h"
#include "kaito/runtime/chat_template/filter_entry.h"
#include "kaito/runtime/chat_template/items.h"
#include "kaito/runtime/chat_template/run.h"
#include "kaito/runtime/chat_template/text_ops.h"
#include "kaito/runtime/chat_template/value.h"

namespace kaito::runtime::jinja {
namespace {

using Items = std::span<const Value>;

Value* NewItems(Run& run, int64_t n) {
  if (!run.Reserve(n * static_cast<int64_t>(sizeof(Value)))) return nullptr;
  return run.arena().NewArray<Value>(n);
}

// What is compared of an item: a text in lower case if `fold`.
Value KeyOf(Run& run, const Value& item, const AttributePath& path, bool fold) {
  const Value key = path.Of(run, item);
  return key.failed() || !fold ? key : FoldCase(run, key);
}

// Keys of all items; false on failure.
bool KeysOf(Run& run, Items items, const AttributePath& path, bool fold,
            std::vector<Value>* keys) {
  for (const Value& item : items) {
    keys->push_back(KeyOf(run, item, path, fold));
    if (keys->back().failed()) return false;
  }
  return true;
}

Value Sorted(Run& run, Items items, const std::vector<Value>& keys,
             bool reverse) {
  const std::vector<int64_t> places = SortedPlaces(run, keys, reverse);
  Value* const sorted = NewItems(run, items.size());
  if (run.failed() || sorted == nullptr) return Value::Failed();
  std::ranges::transform(places, sorted, [&](int64_t i) { return items[i]; });
  return ListOf(run.arena(), sorted, items.size());
}

Value Sort(Run& run, const Value& self, const Args& args) {
  Value v[3];
  Items items;
  if (!Bind(run, "sort", args,
            {{"reverse", Value::Bool(false)},
             {"case_sensitive", Value::Bool(false)},
             {"attribute", Value::None()}},
            v) ||
      !ToItems(run, self, &items)) {
    return Value::Failed();
  }
  std::vector<AttributePath> paths;
  if (v[2].is_string()) {
    for (const absl::string_view name : Split(v[2].text(), ",", -1)) {
      paths.emplace_back(run, Value::String(name));
    }
  } else {
    paths.emplace_back(run, v[2]);
  }
  // A list of keys for each item, also where it is one: lists compare equal
  // items first, so that two undefined ones have an order.
  std::vector<Value> keys;
  for (const Value& item : items) {
    Value* const parts = NewItems(run, paths.size());
    if (parts == nullptr) return Value::Failed();
    for (size_t i = 0; i < paths.size(); ++i) {
      parts[i] = KeyOf(run, item, paths[i], !IsTrue(v[1]));
      if (parts[i].failed()) return Value::Failed();
    }
    keys.push_back(ListOf(run.arena(), parts, paths.size()));
  }
  return Sorted(run, items, keys, IsTrue(v[0]));
}

Value DictSort(Run& run, const Value& self, const Args& args) {
  Value v[3];
  if (!Bind(run, "dictsort", args,
            {{"case_sensitive", Value::Bool(false)},
             {"by", Value::String("key")},
             {"reverse", Value::Bool(false)}},
            v) ||
      !WantString(run, "dictsort", v[1])) {
    return Value::Failed();
  }
  if (self.is_undefined()) return run.FailUndefined(self);
  if (!self.is_dict()) {
    return run.Fail(
        absl::StrCat("dictsort wants a dict, got ", TypeName(self)));
  }
  const bool by_value = v[1].text() == "value";
  if (!by_value && v[1].text() != "key") {
    return run.Fail("dictsort sorts by 'key' or 'value'");
  }
  const DictView view = {&self.dict(), DictView::kItems};
  std::vector<Value> pairs;
  std::vector<Value> keys;
  for (int64_t i = 0; i < self.dict().size(); ++i) {
    if (!run.Work(1)) return Value::Failed();
    pairs.push_back(ViewItem(run, view, i));
    const Value& key = pairs.back().sequence().items[by_value ? 1 : 0];
    keys.push_back(IsTrue(v[0]) ? key : FoldCase(run, key));
    if (keys.back().failed()) return Value::Failed();
  }
  return Sorted(run, pairs, keys, IsTrue(v[2]));
}

Value GroupBy(Run& run, const Value& self, const Args& args) {
  Value v[3];
  Items items;
  if (!Bind(run, "groupby", args,
            {{"attribute"},
             {"default", Value::None()},
             {"case_sensitive", Value::Bool(false)}},
            v) ||
      !ToItems(run, self, &items)) {
    return Value::Failed();
  }
  const bool fold = !IsTrue(v[2]);
  const AttributePath path(run, v[0], v[1].is_none() ? Value::Missing() : v[1]);
  std::vector<Value> keys;
  if (!KeysOf(run, items, path, fold, &keys)) return Value::Failed();
  const std::vector<int64_t> places =
      SortedPlaces(run, keys, /*reverse=*/false);
  std::vector<Value> groups;
  for (size_t begin = 0; begin < places.size() && !run.failed();) {
    size_t end = begin;
    std::vector<Value> members;
    while (end < places.size() &&
           Equal(run, keys[places[begin]], keys[places[end]])) {
      members.push_back(items[places[end++]]);
    }
    if (members.empty()) {  // NaN, which isn't even equal to itself.
      members.push_back(items[places[end++]]);
    }
    if (!run.Reserve(members.size() * sizeof(Value))) return Value::Failed();
    const Value group[] = {path.Of(run, members[0]),
                           NewList(run.arena(), members)};
    groups.push_back(
        Value::Tuple(&NewTuple(run.arena(), group).sequence(), /*named=*/true));
    begin = end;
  }
  return run.failed() ? Value::Failed() : NewList(run.arena(), groups);
}

Value Unique(Run& run, const Value& self, const Args& args) {
  Value v[2];
  Items items;
  if (!Bind(run, "unique", args,
            {{"case_sensitive", Value::Bool(false)},
             {"attribute", Value::None()}},
            v) ||
      !ToItems(run, self, &items)) {
    return Value::Failed();
  }
  const AttributePath path(run, v[1]);
  Dict* const seen = NewDict(run.arena());
  std::vector<Value> kept;
  for (const Value& item : items) {
    const Value key = KeyOf(run, item, path, !IsTrue(v[0]));
    if (key.failed()) return key;
    if (!IsHashable(key)) {
      return run.Fail(
          absl::StrCat("unique: a ", TypeName(key), " can't be a key"));
    }
    if (seen->Find(key) != nullptr) continue;
    seen->Set(run.arena(), key, Value::None());
    kept.push_back(item);
  }
  if (!run.Reserve(kept.size() * sizeof(Value))) return Value::Failed();
  const Value list = NewList(run.arena(), kept);
  return IteratorOf(run.arena(), list.sequence().items, kept.size());
}

Value Extreme(Run& run, const Value& self, const Args& args, bool largest) {
  Value v[2];
  Items items;
  if (!Bind(run, largest ? "max" : "min", args,
            {{"case_sensitive", Value::Bool(false)},
             {"attribute", Value::None()}},
            v) ||
      !ToItems(run, self, &items)) {
    return Value::Failed();
  }
  if (items.empty()) return NewUndefined(run.arena(), "the sequence is empty");
  const AttributePath path(run, v[1]);
  std::vector<Value> keys;
  if (!KeysOf(run, items, path, !IsTrue(v[0]), &keys)) return Value::Failed();
  size_t best = 0;
  for (size_t i = 1; i < keys.size(); ++i) {
    const bool better = largest ? Less(run, keys[best], keys[i])
                                : Less(run, keys[i], keys[best]);
    if (run.failed()) return Value::Failed();
    if (better) best = i;
  }
  return items[best];
}

Value Max(Run& run, const Value& self, const Args& args) {
  return Extreme(run, self, args, /*largest=*/true);
}
Value Min(Run& run, const Value& self, const Args& args) {
  return Extreme(run, self, args, /*largest=*/false);
}

}  // namespace

std::span<const FilterEntry> OrderFilters() {
  static constexpr FilterEntry kFilters[] = {
      {"dictsort", DictSort}, {"groupby", GroupBy}, {"max", Max},
      {"min", Min},           {"sort", Sort},       {"unique", Unique},
  };
  return kFilters;
}

}  // namespace kaito::runtime::jinja
