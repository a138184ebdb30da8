#ifndef KAITO_RUNTIME_CHAT_TEMPLATE_ITEMS_H_
#define KAITO_RUNTIME_CHAT_TEMPLATE_ITEMS_H_

// Reading values one by one: the items of lists, the keys of dicts, the
// characters of texts, what an iterator still has.
//
//   std::span<const Value> items;
//   if (!ToItems(run, value, &items)) return Value::Failed();
//
//   Cursor cursor(run, value);            // Without making all of them first.
//   for (Value item; cursor.Next(&item);) ...
//   if (run.failed()) ...

#include <cstdint>
#include <optional>
#include <span>

#include "kaito/runtime/chat_template/run.h"
#include "kaito/runtime/chat_template/value.h"

namespace kaito::runtime::jinja {

// Python's bool(value).
bool IsTrue(const Value& value);

bool IsIterable(const Value& value);

// Python's len(value); nullopt where it has none.
std::optional<int64_t> Length(const Value& value);

// All items; an iterator is read to its end. False, with the failure set, where
// the value isn't iterable or the iterator fails.
bool ToItems(Run& run, const Value& value, std::span<const Value>* items);

// The key, the value or the pair at place `i`.
Value ViewItem(Run& run, const DictView& view, int64_t i);

class Cursor {
 public:
  // Fails (at the first Next) where the value isn't iterable.
  Cursor(Run& run, const Value& value);

  // False at the end, or with run.failed().
  bool Next(Value* item);

  // How many Next() will still give, where that is known without reading. For
  // loops take it as `length`.
  int64_t left() const;

 private:
  Run* run_;
  Value source_;
  int64_t next_ = 0;
};

}  // namespace kaito::runtime::jinja

#endif  // KAITO_RUNTIME_CHAT_TEMPLATE_ITEMS_H_
