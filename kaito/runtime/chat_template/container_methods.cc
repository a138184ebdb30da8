#include "kaito/runtime/chat_template/container_methods.h"

#include <cstdint>
#include <span>

#include "kaito/runtime/chat_template/args.h"
#include "kaito/runtime/chat_template/compare.h"
#include "kaito/runtime/chat_template/items.h"
#include "kaito/runtime/chat_template/method_entry.h"
#include "kaito/runtime/chat_template/objects.h"
#include "kaito/runtime/chat_template/run.h"
#include "kaito/runtime/chat_template/value.h"

namespace kaito::runtime::jinja {
namespace {

Value CopyOf(Run& run, const Value& self, const Args& args) {
  if (!Bind(run, "copy", args, {}, nullptr)) return Value::Failed();
  return self;  // Nothing can change either of them.
}

// Lists, tuples and ranges.
Value CountItems(Run& run, const Value& self, const Args& args) {
  Value v[1];
  if (!Bind(run, "count", args, {{"value"}}, v)) return Value::Failed();
  int64_t count = 0;
  Cursor cursor(run, self);
  for (Value item; cursor.Next(&item);) count += Equal(run, item, v[0]);
  return run.failed() ? Value::Failed() : Value::Int(count);
}

Value IndexOfItem(Run& run, const Value& self, const Args& args) {
  Value v[1];
  if (!Bind(run, "index", args, {{"value"}}, v)) return Value::Failed();
  Cursor cursor(run, self);
  int64_t i = 0;
  for (Value item; cursor.Next(&item); ++i) {
    if (Equal(run, item, v[0])) return Value::Int(i);
  }
  return run.Fail("the value isn't in there");
}

Value GetKey(Run& run, const Value& self, const Args& args) {
  Value v[2];
  if (!args.named.empty()) return run.Fail("get() takes no named arguments");
  if (!Bind(run, "get", args, {{"key"}, {"default", Value::None()}}, v)) {
    return Value::Failed();
  }
  if (!IsHashable(v[0])) return run.Fail("get() wants a key that can be one");
  const Value* const found = self.dict().Find(v[0]);
  return found != nullptr ? *found : v[1];
}

Value ViewOf(Run& run, const Value& self, const Args& args,
             DictView::Which which) {
  if (!Bind(run, "this view", args, {}, nullptr)) return Value::Failed();
  return Value::Of(run.arena().New<DictView>(&self.dict(), which));
}

Value Items(Run& run, const Value& self, const Args& args) {
  return ViewOf(run, self, args, DictView::kItems);
}
Value Keys(Run& run, const Value& self, const Args& args) {
  return ViewOf(run, self, args, DictView::kKeys);
}
Value Values(Run& run, const Value& self, const Args& args) {
  return ViewOf(run, self, args, DictView::kValues);
}

Value Cycle(Run& run, const Value& self, const Args& args) {
  if (args.positional.empty() || !args.named.empty()) {
    return run.Fail("loop.cycle() wants the items to choose from");
  }
  return args.positional[self.loop().index0 % args.positional.size()];
}

Value Changed(Run& run, const Value& self, const Args& args) {
  Loop& loop = self.loop();
  const Value now = NewTuple(run.arena(), args.positional);
  if (!loop.changed.missing() && Equal(run, loop.changed, now)) {
    return Value::Bool(false);
  }
  loop.changed = now;
  return run.failed() ? Value::Failed() : Value::Bool(true);
}

Value NextOfCycler(Run& run, const Value& self, const Args& args) {
  if (!Bind(run, "next", args, {}, nullptr)) return Value::Failed();
  Cycler& cycler = self.cycler();
  const Value now = cycler.items[cycler.next];
  cycler.next = (cycler.next + 1) % cycler.size;
  return now;
}

Value ResetCycler(Run& run, const Value& self, const Args& args) {
  if (!Bind(run, "reset", args, {}, nullptr)) return Value::Failed();
  self.cycler().next = 0;
  return Value::None();
}

}  // namespace

std::span<const MethodEntry> ContainerMethods(Kind kind) {
  static constexpr MethodEntry kList[] = {
      {"append", nullptr},   {"clear", nullptr},  {"copy", CopyOf},
      {"count", CountItems}, {"extend", nullptr}, {"index", IndexOfItem},
      {"insert", nullptr},   {"pop", nullptr},    {"remove", nullptr},
      {"reverse", nullptr},  {"sort", nullptr},
  };
  static constexpr MethodEntry kTuple[] = {
      {"count", CountItems},
      {"index", IndexOfItem},
  };
  static constexpr MethodEntry kDict[] = {
      {"clear", nullptr},   {"copy", CopyOf},        {"get", GetKey},
      {"items", Items},     {"keys", Keys},          {"pop", nullptr},
      {"popitem", nullptr}, {"setdefault", nullptr}, {"update", nullptr},
      {"values", Values},
  };
  static constexpr MethodEntry kLoop[] = {
      {"changed", Changed},
      {"cycle", Cycle},
  };
  static constexpr MethodEntry kCycler[] = {
      {"next", NextOfCycler},
      {"reset", ResetCycler},
  };
  switch (kind) {
    case Kind::kList:
      return kList;
    case Kind::kTuple:
    case Kind::kRange:
      return kTuple;
    case Kind::kDict:
      return kDict;
    case Kind::kLoop:
      return kLoop;
    case Kind::kCycler:
      return kCycler;
    default:
      return {};
  }
}

}  // namespace kaito::runtime::jinja
