#include "kaito/runtime/chat_template/objects.h"

#include <cstdint>
#include <vector>

#include "kaito/runtime/chat_template/items.h"
#include "kaito/runtime/chat_template/run.h"
#include "kaito/runtime/chat_template/value.h"

namespace kaito::runtime::jinja {
namespace {

bool Fetch(Loop& loop, Value* item) {
  while (loop.cursor.Next(item)) {
    if (loop.filter == nullptr || loop.filter->Keeps(*item)) return true;
  }
  return false;
}

}  // namespace

bool HasNext(Loop& loop) {
  if (loop.after.missing() && !Fetch(loop, &loop.after)) {
    loop.after = Value::Missing();
  }
  return !loop.after.missing();
}

bool NextOfLoop(Loop& loop) {
  Value item = loop.after;
  loop.after = Value::Missing();
  if (item.missing() && !Fetch(loop, &item)) return false;
  ++loop.index0;
  loop.before = loop.current;
  loop.current = item;
  return true;
}

int64_t LoopLength(Run& run, Loop& loop) {
  if (loop.length >= 0) return loop.length;
  const int64_t seen = loop.index0 + 1 + (loop.after.missing() ? 0 : 1);
  if (loop.filter == nullptr) {
    loop.length = seen + loop.cursor.left();
    return loop.length;
  }
  std::vector<Value> rest;
  for (Value item; Fetch(loop, &item);) rest.push_back(item);
  if (!run.Reserve(static_cast<int64_t>(rest.size() * sizeof(Value)))) return 0;
  loop.filter = nullptr;
  loop.cursor = Cursor(run, NewList(run.arena(), rest));
  loop.length = seen + static_cast<int64_t>(rest.size());
  return loop.length;
}

}  // namespace kaito::runtime::jinja
