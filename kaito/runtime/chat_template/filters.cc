#include "kaito/runtime/chat_template/filters.h"

#include <algorithm>
#include <span>

#include "absl/strings/string_view.h"
#include "kaito/runtime/chat_template/args.h"
#include "kaito/runtime/chat_template/filter_entry.h"
#include "kaito/runtime/chat_template/markup_filters.h"
#include "kaito/runtime/chat_template/order_filters.h"
#include "kaito/runtime/chat_template/predicates.h"
#include "kaito/runtime/chat_template/run.h"
#include "kaito/runtime/chat_template/select_filters.h"
#include "kaito/runtime/chat_template/sequence_filters.h"
#include "kaito/runtime/chat_template/text_filters.h"
#include "kaito/runtime/chat_template/value.h"
#include "kaito/runtime/chat_template/value_filters.h"

namespace kaito::runtime::jinja {
namespace {

NativeFunction FindIn(std::span<const FilterEntry> table,
                      absl::string_view name) {
  const auto it = std::ranges::find(table, name, &FilterEntry::name);
  return it != table.end() ? it->call : nullptr;
}

Value IsFilter(Run& run, const Value& self, const Args& args) {
  if (!Bind(run, "filter", args, {}, nullptr)) return Value::Failed();
  return Value::Bool(self.is_string() && FindFilter(self.text()) != nullptr);
}

Value IsTest(Run& run, const Value& self, const Args& args) {
  if (!Bind(run, "test", args, {}, nullptr)) return Value::Failed();
  return Value::Bool(self.is_string() && FindTest(self.text()) != nullptr);
}

}  // namespace

NativeFunction FindFilter(absl::string_view name) {
  for (const auto table : {TextFilters(), SequenceFilters(), SelectFilters(),
                           ValueFilters(), OrderFilters(), MarkupFilters()}) {
    if (const NativeFunction found = FindIn(table, name)) return found;
  }
  return nullptr;
}

NativeFunction FindTest(absl::string_view name) {
  if (name == "filter") return IsFilter;
  if (name == "test") return IsTest;
  return FindIn(Predicates(), name);
}

}  // namespace kaito::runtime::jinja
