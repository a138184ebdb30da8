#ifndef KAITO_RUNTIME_CHAT_TEMPLATE_ATTRIBUTES_H_
#define KAITO_RUNTIME_CHAT_TEMPLATE_ATTRIBUTES_H_

// value.name, value[key] and value[a:b:c] as the sandbox gives them: a method
// or attribute first, then an item for the dot; the other way round for the
// brackets. What isn't there is undefined, and so is what the sandbox hides.

#include <cstdint>

#include "absl/strings/string_view.h"
#include "kaito/runtime/chat_template/method_entry.h"
#include "kaito/runtime/chat_template/run.h"
#include "kaito/runtime/chat_template/value.h"

namespace kaito::runtime::jinja {

enum class LoopAttribute : uint8_t {
  kNone,
  kDepth,
  kDepth0,
  kFirst,
  kIndex,
  kIndex0,
  kLast,
  kLength,
  kNextItem,
  kPrevItem,
  kRevIndex,
  kRevIndex0,
};

// A name after a dot, with what the types that are asked most have under it;
// looked up once, when the template is parsed.
struct AttributeName {
  explicit AttributeName(absl::string_view name);

  absl::string_view text;
  const MethodEntry* of_dict;
  const MethodEntry* of_string;
  const MethodEntry* of_list;
  LoopAttribute of_loop;
};

Value GetAttribute(Run& run, const Value& of, const AttributeName& name);
Value GetItem(Run& run, const Value& of, const Value& key);

// The attribute alone, never an item: what the filter `attr` gives.
Value GetOnlyAttribute(Run& run, const Value& of, absl::string_view name);

// Python's value[start:stop:step]; None where a bound isn't given.
Value GetSlice(Run& run, const Value& of, const Value& start, const Value& stop,
               const Value& step);

}  // namespace kaito::runtime::jinja

#endif  // KAITO_RUNTIME_CHAT_TEMPLATE_ATTRIBUTES_H_
