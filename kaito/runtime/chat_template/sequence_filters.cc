#include "kaito/runtime/chat_template/sequence_filters.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "absl/strings/str_cat.h"
#include "kaito/runtime/chat_template/args.h"
#include "kaito/runtime/chat_template/attribute_path.h"
#include "kaito/runtime/chat_template/filter_entry.h"
#include "kaito/runtime/chat_template/items.h"
#include "kaito/runtime/chat_template/operators.h"
#include "kaito/runtime/chat_template/repr.h"
#include "kaito/runtime/chat_template/run.h"
#include "kaito/runtime/chat_template/utf8.h"
#include "kaito/runtime/chat_template/value.h"

namespace kaito::runtime::jinja {
namespace {

using Items = std::span<const Value>;

Value* NewItems(Run& run, int64_t n) {
  if (!run.Reserve(n * static_cast<int64_t>(sizeof(Value)))) return nullptr;
  return run.arena().NewArray<Value>(n);
}

Value LengthOf(Run& run, const Value& self, const Args& args) {
  if (!Bind(run, "length", args, {}, nullptr)) return Value::Failed();
  const std::optional<int64_t> length = Length(self);
  if (!length.has_value()) {
    return run.Fail(absl::StrCat("a ", TypeName(self), " has no length"));
  }
  if (self.is_string() && !run.WorkOnText(self.text().size())) {
    return Value::Failed();
  }
  return Value::Int(*length);
}

Value ToList(Run& run, const Value& self, const Args& args) {
  Items items;
  if (!Bind(run, "list", args, {}, nullptr) || !ToItems(run, self, &items)) {
    return Value::Failed();
  }
  return ListOf(run.arena(), items.data(), items.size());
}

Value First(Run& run, const Value& self, const Args& args) {
  if (!Bind(run, "first", args, {}, nullptr)) return Value::Failed();
  Value item;
  if (Cursor(run, self).Next(&item)) return item;
  return run.failed() ? Value::Failed()
                      : NewUndefined(run.arena(), "there is no first item");
}

Value Last(Run& run, const Value& self, const Args& args) {
  if (!Bind(run, "last", args, {}, nullptr)) return Value::Failed();
  if (self.kind() == Kind::kIterator) {
    return run.Fail(absl::StrCat("a ", TypeName(self), " can't be reversed"));
  }
  if (self.is_string() && !self.text().empty()) {
    int64_t bytes = 0;
    Utf8Reader::Last(self.text(), &bytes);
    return Value::String(self.text().substr(self.text().size() - bytes));
  }
  Items items;
  if (!ToItems(run, self, &items)) return Value::Failed();
  return items.empty() ? NewUndefined(run.arena(), "there is no last item")
                       : items.back();
}

Value Reverse(Run& run, const Value& self, const Args& args) {
  Items items;
  if (!Bind(run, "reverse", args, {}, nullptr) || !ToItems(run, self, &items)) {
    return Value::Failed();
  }
  if (self.is_string()) {
    TextBuilder text(run);
    for (auto it = items.rbegin(); it != items.rend(); ++it) {
      if (!text.Append(it->text())) return Value::Failed();
    }
    return text.Finish(self.markup());
  }
  const int64_t n = static_cast<int64_t>(items.size());
  Value* const reversed = NewItems(run, n);
  if (reversed == nullptr) return Value::Failed();
  std::ranges::reverse_copy(items, reversed);
  // Python makes a list of what can't be read backwards, else an iterator.
  return self.kind() == Kind::kIterator
             ? ListOf(run.arena(), reversed, n)
             : IteratorOf(run.arena(), reversed, n, "list_reverseiterator");
}

Value Join(Run& run, const Value& self, const Args& args) {
  Value v[2];
  Items items;
  if (!Bind(run, "join", args,
            {{"d", Value::String("")}, {"attribute", Value::None()}}, v) ||
      !ToItems(run, self, &items)) {
    return Value::Failed();
  }
  const Value separator = ToStr(run, v[0]);
  if (separator.failed()) return separator;
  const AttributePath path(run, v[1]);
  bool markup = run.autoescape && separator.markup();
  Value* const parts = NewItems(run, items.size());
  if (parts == nullptr) return Value::Failed();
  for (size_t i = 0; i < items.size(); ++i) {
    const Value part = path.Of(run, items[i]);
    parts[i] = part.failed() ? part : ToStr(run, part);
    if (parts[i].failed()) return Value::Failed();
    markup = markup || (run.autoescape && parts[i].markup());
  }
  // "+" is what escapes, where one side is markup.
  Value joined = Value::String("", markup);
  TextBuilder text(run);
  for (size_t i = 0; i < items.size(); ++i) {
    const Value between = i == 0   ? joined
                          : markup ? Add(run, joined, separator)
                                   : separator;
    const Value part = markup ? Add(run, joined, parts[i]) : parts[i];
    if (between.failed() || part.failed() || !text.Append(between.text()) ||
        !text.Append(part.text())) {
      return Value::Failed();
    }
  }
  return text.Finish(markup);
}

Value Sum(Run& run, const Value& self, const Args& args) {
  Value v[2];
  if (!Bind(run, "sum", args,
            {{"attribute", Value::None()}, {"start", Value::Int(0)}}, v)) {
    return Value::Failed();
  }
  if (v[1].is_string()) return run.Fail("sum doesn't add texts; use join");
  const AttributePath path(run, v[0]);
  Value sum = v[1];
  Cursor cursor(run, self);
  for (Value item; cursor.Next(&item);) {
    const Value term = path.Of(run, item);
    sum = term.failed() ? term : Add(run, sum, term);
    if (sum.failed()) return sum;
  }
  return run.failed() ? Value::Failed() : sum;
}

Value Batch(Run& run, const Value& self, const Args& args) {
  Value v[2];
  Items items;
  if (!Bind(run, "batch", args, {{"linecount"}, {"fill_with", Value::None()}},
            v) ||
      !WantInt(run, "batch", v[0]) || !ToItems(run, self, &items)) {
    return Value::Failed();
  }
  // Python's loop never finds a row of 0 or less full.
  const int64_t size =
      v[0].integer() > 0 ? v[0].integer() : std::max<int64_t>(1, items.size());
  std::vector<Value> rows;
  // ... but an empty row is full of nothing, once.
  if (v[0].integer() == 0 && !items.empty()) {
    rows.push_back(ListOf(run.arena(), nullptr, 0));
  }
  for (size_t at = 0; at < items.size();) {
    const Items row =
        items.subspan(at, std::min<size_t>(size, items.size() - at));
    at += row.size();
    const int64_t fill =
        v[1].is_none() || v[0].integer() <= 0 ? 0 : size - row.size();
    if (fill == 0) {
      rows.push_back(ListOf(run.arena(), row.data(), row.size()));
      continue;
    }
    Value* const filled = NewItems(run, size);
    if (filled == nullptr) return Value::Failed();
    std::ranges::copy(row, filled);
    std::fill_n(filled + row.size(), fill, v[1]);
    rows.push_back(ListOf(run.arena(), filled, size));
  }
  if (!run.Reserve(rows.size() * sizeof(Value))) return Value::Failed();
  const Value list = NewList(run.arena(), rows);
  return IteratorOf(run.arena(), list.sequence().items, rows.size());
}

Value Slice(Run& run, const Value& self, const Args& args) {
  Value v[2];
  Items items;
  if (!Bind(run, "slice", args, {{"slices"}, {"fill_with", Value::None()}},
            v) ||
      !WantInt(run, "slice", v[0]) || !ToItems(run, self, &items)) {
    return Value::Failed();
  }
  const int64_t slices = v[0].integer();
  if (slices == 0) return run.Fail("slice: division by zero");
  if (slices < 0) return IteratorOf(run.arena(), nullptr, 0);
  const int64_t n = static_cast<int64_t>(items.size());
  Value* const rows =
      slices > (int64_t{1} << 40) ? nullptr : NewItems(run, slices);
  if (rows == nullptr) {
    return run.Fail(TemplateError::Kind::kLimit, "slice: too many slices");
  }
  int64_t at = 0;
  for (int64_t i = 0; i < slices; ++i) {
    const bool longer = i < n % slices;
    const int64_t size = n / slices + (longer ? 1 : 0);
    const bool fills = !v[1].is_none() && !longer;
    Value* const row = NewItems(run, size + fills);
    if (row == nullptr) return Value::Failed();
    std::copy(items.begin() + at, items.begin() + at + size, row);
    if (fills) row[size] = v[1];
    rows[i] = ListOf(run.arena(), row, size + fills);
    at += size;
  }
  return IteratorOf(run.arena(), rows, slices);
}

Value ItemPairs(Run& run, const Value& self, const Args& args) {
  if (!Bind(run, "items", args, {}, nullptr)) return Value::Failed();
  if (self.is_undefined()) return IteratorOf(run.arena(), nullptr, 0);
  if (!self.is_dict()) {
    return run.Fail(absl::StrCat("items wants a dict, got ", TypeName(self)));
  }
  const DictView view = {&self.dict(), DictView::kItems};
  Items items;
  if (!ToItems(run, Value::Of(&view), &items)) return Value::Failed();
  return IteratorOf(run.arena(), items.data(), items.size());
}

}  // namespace

std::span<const FilterEntry> SequenceFilters() {
  static constexpr FilterEntry kFilters[] = {
      {"batch", Batch},     {"count", LengthOf}, {"first", First},
      {"items", ItemPairs}, {"join", Join},      {"last", Last},
      {"length", LengthOf}, {"list", ToList},    {"reverse", Reverse},
      {"slice", Slice},     {"sum", Sum},
  };
  return kFilters;
}

}  // namespace kaito::runtime::jinja
