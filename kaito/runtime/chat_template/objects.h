#ifndef KAITO_RUNTIME_CHAT_TEMPLATE_OBJECTS_H_
#define KAITO_RUNTIME_CHAT_TEMPLATE_OBJECTS_H_

// The objects behind values that are neither data nor iterators: what can be
// called, and the `loop` of a for block.

#include <cstdint>

#include "absl/strings/string_view.h"
#include "kaito/runtime/chat_template/args.h"
#include "kaito/runtime/chat_template/items.h"
#include "kaito/runtime/chat_template/run.h"
#include "kaito/runtime/chat_template/value.h"

namespace kaito::runtime::jinja {

struct Frame;
struct ForNode;
struct MacroNode;

// range, dict, raise_exception ...; `self` is None.
struct Function {
  absl::string_view name;
  NativeFunction call;
};

struct Method {
  absl::string_view name;
  Value self;
  NativeFunction call;
};

struct Macro {
  absl::string_view name;  // Empty for the body of a call block.
  const MacroNode* node;
  Frame* closure;   // Where it was defined.
  Value arguments;  // The names of its parameters, a tuple.
};

// The `if` of a for block, which is asked about an item only when the loop gets
// there: the loop's body may change what it sees.
class LoopFilter {
 public:
  // False with run.failed() on failure.
  virtual bool Keeps(const Value& item) = 0;

 protected:
  ~LoopFilter() = default;
};

struct Loop {
  Loop(Run& run, const Value& items, LoopFilter* f)
      : cursor(run, items), filter(f) {}

  Cursor cursor;
  LoopFilter* filter;
  Value after = Value::Missing();  // Read ahead, for loop.last.
  Value current = Value::Missing();
  Value before = Value::Missing();
  Value changed = Value::Missing();  // What loop.changed() saw last.
  int64_t index0 = -1;
  int64_t length = -1;  // Unknown.
  int64_t depth0 = 0;
  // Of a recursive loop.
  const ForNode* node = nullptr;
  Frame* closure = nullptr;
};

// Moves on to the next item; false at the end or with run.failed().
bool NextOfLoop(Loop& loop);

// Whether there is another item after the current one.
bool HasNext(Loop& loop);

// All items of the loop, before, now and to come; reads those to come.
int64_t LoopLength(Run& run, Loop& loop);

}  // namespace kaito::runtime::jinja

#endif  // KAITO_RUNTIME_CHAT_TEMPLATE_OBJECTS_H_
