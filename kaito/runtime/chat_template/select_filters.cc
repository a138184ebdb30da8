#include "kaito/runtime/chat_template/select_filters.h"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/runtime/chat_template/args.h"
#include "kaito/runtime/chat_template/attribute_path.h"
#include "kaito/runtime/chat_template/filter_entry.h"
#include "kaito/runtime/chat_template/filters.h"
#include "kaito/runtime/chat_template/items.h"
#include "kaito/runtime/chat_template/run.h"
#include "kaito/runtime/chat_template/value.h"

namespace kaito::runtime::jinja {
namespace {

// An iterator over what has been made so far. Python makes the items only when
// they are asked for, so a failure waits until somebody reads that far.
Value ToIterator(Run& run, const std::vector<Value>& made) {
  std::string message;
  const bool failed = run.failed();
  if (failed && !run.TakeFailure(&message)) return Value::Failed();
  const int64_t n = static_cast<int64_t>(made.size());
  if (!run.Reserve(n * static_cast<int64_t>(sizeof(Value)))) {
    return Value::Failed();
  }
  const Value list = NewList(run.arena(), made);
  const Value iterator = IteratorOf(run.arena(), list.sequence().items, n);
  if (failed) {
    iterator.iterator().failure =
        run.arena().New<absl::string_view>(run.arena().Copy(message));
  }
  return iterator;
}

// Calls `visit` with each item until one fails. Nothing, not even a wrong
// argument, is noticed where there are no items.
template <typename Visit>
Value ForEach(Run& run, const Value& self, Visit visit) {
  std::vector<Value> made;
  if (!IsTrue(self)) return ToIterator(run, made);
  Cursor cursor(run, self);
  for (Value item; cursor.Next(&item) && visit(item, made);) {
  }
  return ToIterator(run, made);
}

Value Map(Run& run, const Value& self, const Args& args) {
  if (args.positional.empty()) {
    Value v[2];
    if (!Bind(run, "map", args, {{"attribute"}, {"default", Value::None()}},
              v)) {
      return ToIterator(run, {});
    }
    const AttributePath path(run, v[0],
                             v[1].is_none() ? Value::Missing() : v[1]);
    return ForEach(run, self, [&](const Value& item, std::vector<Value>& to) {
      const Value made = path.Of(run, item);
      if (made.failed()) return false;
      to.push_back(made);
      return true;
    });
  }
  const Value& name = args.positional[0];
  const NativeFunction filter =
      name.is_string() ? FindFilter(name.text()) : nullptr;
  return ForEach(run, self, [&](const Value& item, std::vector<Value>& to) {
    if (filter == nullptr) {
      run.Fail(absl::StrCat("no filter named '",
                            name.is_string() ? name.text() : "?", "'"));
      return false;
    }
    const Value made =
        filter(run, item, {args.positional.subspan(1), args.named});
    if (made.failed()) return false;
    to.push_back(made);
    return true;
  });
}

// Keeps the items for which the test says `wanted`; the test is of the item or,
// with `by_attribute`, of what the first argument names.
Value Choose(Run& run, const Value& self, const Args& args, bool wanted,
             bool by_attribute) {
  std::span<const Value> rest = args.positional;
  Value attribute = Value::None();
  if (by_attribute) {
    if (rest.empty()) {
      run.Fail("the name of the attribute is missing");
      return ToIterator(run, {});
    }
    attribute = rest[0];
    rest = rest.subspan(1);
  }
  const AttributePath path(run, attribute);
  const NativeFunction test =
      !rest.empty() && rest[0].is_string() ? FindTest(rest[0].text()) : nullptr;
  return ForEach(run, self, [&](const Value& item, std::vector<Value>& to) {
    const Value tested = path.Of(run, item);
    if (tested.failed()) return false;
    bool holds = IsTrue(tested);
    if (!rest.empty()) {
      if (test == nullptr) {
        run.Fail(absl::StrCat("no test named '",
                              rest[0].is_string() ? rest[0].text() : "?", "'"));
        return false;
      }
      const Value result = test(run, tested, {rest.subspan(1), args.named});
      if (result.failed()) return false;
      holds = IsTrue(result);
    }
    if (holds == wanted) to.push_back(item);
    return true;
  });
}

Value Select(Run& run, const Value& self, const Args& args) {
  return Choose(run, self, args, /*wanted=*/true, /*by_attribute=*/false);
}
Value Reject(Run& run, const Value& self, const Args& args) {
  return Choose(run, self, args, /*wanted=*/false, /*by_attribute=*/false);
}
Value SelectAttr(Run& run, const Value& self, const Args& args) {
  return Choose(run, self, args, /*wanted=*/true, /*by_attribute=*/true);
}
Value RejectAttr(Run& run, const Value& self, const Args& args) {
  return Choose(run, self, args, /*wanted=*/false, /*by_attribute=*/true);
}

}  // namespace

std::span<const FilterEntry> SelectFilters() {
  static constexpr FilterEntry kFilters[] = {
      {"map", Map},
      {"reject", Reject},
      {"rejectattr", RejectAttr},
      {"select", Select},
      {"selectattr", SelectAttr},
  };
  return kFilters;
}

}  // namespace kaito::runtime::jinja
