#include "kaito/runtime/chat_template/attributes.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/runtime/chat_template/args.h"
#include "kaito/runtime/chat_template/brace_format.h"
#include "kaito/runtime/chat_template/items.h"
#include "kaito/runtime/chat_template/method_entry.h"
#include "kaito/runtime/chat_template/methods.h"
#include "kaito/runtime/chat_template/objects.h"
#include "kaito/runtime/chat_template/run.h"
#include "kaito/runtime/chat_template/utf8.h"
#include "kaito/runtime/chat_template/value.h"

namespace kaito::runtime::jinja {
namespace {

std::string OwnerText(const Value& of) {
  return of.is_none() ? "None" : absl::StrCat(TypeName(of), " object");
}

Value Absent(Run& run, const Value& of, absl::string_view name) {
  Arena& arena = run.arena();
  auto* const origin = arena.New<UndefinedOrigin>();
  origin->name = name;
  origin->owner = of.is_dict() ? "dict object" : arena.Copy(OwnerText(of));
  return Value::Undefined(origin);
}

Value AbsentItem(Run& run, const Value& of, const Value& key) {
  if (key.is_string()) return Absent(run, of, key.text());
  auto* const origin = run.arena().New<UndefinedOrigin>();
  const std::string what = key.is_integral()
                               ? absl::StrCat(" ", key.integer())
                               : absl::StrCat(" for a ", TypeName(key));
  origin->hint =
      run.arena().Copy(absl::StrCat(OwnerText(of), " has no element", what));
  return Value::Undefined(origin);
}

Value Hidden(Run& run, const Value& of, absl::string_view name) {
  auto* const origin = run.arena().New<UndefinedOrigin>();
  origin->hint =
      run.arena().Copy(absl::StrCat("access to attribute '", name, "' of a '",
                                    TypeName(of), "' object is unsafe"));
  origin->unsafe = true;
  return Value::Undefined(origin);
}

Value FormatMethod(Run& run, const Value& self, const Args& args) {
  static constexpr FieldLookup kLookup = {
      .attribute =
          [](Run& r, const Value& of, absl::string_view name) {
            return GetAttribute(r, of, AttributeName(name));
          },
      .item = GetItem,
  };
  return BraceFormat(run, self, args, kLookup);
}

constexpr MethodEntry kFormat = {"format", FormatMethod};

const MethodEntry* MethodOf(Kind kind, absl::string_view name) {
  if (kind == Kind::kString && name == "format") return &kFormat;
  return FindMethod(kind, name);
}

LoopAttribute LoopAttributeOf(absl::string_view name) {
  static constexpr std::pair<absl::string_view, LoopAttribute> kNames[] = {
      {"depth", LoopAttribute::kDepth},
      {"depth0", LoopAttribute::kDepth0},
      {"first", LoopAttribute::kFirst},
      {"index", LoopAttribute::kIndex},
      {"index0", LoopAttribute::kIndex0},
      {"last", LoopAttribute::kLast},
      {"length", LoopAttribute::kLength},
      {"nextitem", LoopAttribute::kNextItem},
      {"previtem", LoopAttribute::kPrevItem},
      {"revindex", LoopAttribute::kRevIndex},
      {"revindex0", LoopAttribute::kRevIndex0},
  };
  for (const auto& [its_name, attribute] : kNames) {
    if (its_name == name) return attribute;
  }
  return LoopAttribute::kNone;
}

Value OfLoop(Run& run, Loop& loop, LoopAttribute attribute) {
  switch (attribute) {
    case LoopAttribute::kNone:
      return Value::Missing();
    case LoopAttribute::kDepth:
      return Value::Int(loop.depth0 + 1);
    case LoopAttribute::kDepth0:
      return Value::Int(loop.depth0);
    case LoopAttribute::kFirst:
      return Value::Bool(loop.index0 == 0);
    case LoopAttribute::kIndex:
      return Value::Int(loop.index0 + 1);
    case LoopAttribute::kIndex0:
      return Value::Int(loop.index0);
    case LoopAttribute::kLast: {
      const bool more = HasNext(loop);
      return run.failed() ? Value::Failed() : Value::Bool(!more);
    }
    case LoopAttribute::kPrevItem:
      return loop.index0 == 0
                 ? NewUndefined(run.arena(), "there is no previous item")
                 : loop.before;
    case LoopAttribute::kNextItem: {
      const bool more = HasNext(loop);
      if (run.failed()) return Value::Failed();
      return more ? loop.after
                  : NewUndefined(run.arena(), "there is no next item");
    }
    case LoopAttribute::kLength:
    case LoopAttribute::kRevIndex:
    case LoopAttribute::kRevIndex0:
      break;
  }
  const int64_t length = LoopLength(run, loop);
  if (run.failed()) return Value::Failed();
  switch (attribute) {
    case LoopAttribute::kRevIndex:
      return Value::Int(length - loop.index0);
    case LoopAttribute::kRevIndex0:
      return Value::Int(length - loop.index0 - 1);
    default:
      return Value::Int(length);
  }
}

Value OfMacro(Run& run, const Macro& macro, absl::string_view name) {
  if (name == "name") return Value::String(macro.name);
  if (name == "arguments") return macro.arguments;
  return Value::Missing();
}

// Attributes that aren't methods; missing where there is none.
Value DataAttribute(Run& run, const Value& of, const AttributeName& name) {
  switch (of.kind()) {
    case Kind::kLoop:
      return OfLoop(run, of.loop(), name.of_loop);
    case Kind::kMacro:
      return OfMacro(run, of.macro(), name.text);
    case Kind::kNamespace: {
      const Value* const found = of.ns().attributes->Find(name.text);
      return found != nullptr ? *found : Value::Missing();
    }
    case Kind::kTuple:
      if (of.named() && name.text == "grouper") return of.sequence().items[0];
      if (of.named() && name.text == "list") return of.sequence().items[1];
      return Value::Missing();
    case Kind::kRange:
      if (name.text == "start") return Value::Int(of.range().start);
      if (name.text == "stop") return Value::Int(of.range().stop);
      if (name.text == "step") return Value::Int(of.range().step);
      return Value::Missing();
    case Kind::kCycler:
      if (name.text == "current") return of.cycler().items[of.cycler().next];
      return Value::Missing();
    default:
      return Value::Missing();
  }
}

const MethodEntry* MethodOf(const Value& of, const AttributeName& name) {
  switch (of.kind()) {
    case Kind::kDict:
      return name.of_dict;
    case Kind::kString:
      return name.of_string;
    case Kind::kList:
      return name.of_list;
    default:
      return FindMethod(of.kind(), name.text);
  }
}

// Attribute or method; missing where there is none.
Value OwnAttribute(Run& run, const Value& of, const AttributeName& name) {
  const MethodEntry* const method = MethodOf(of, name);
  if (method == nullptr) {
    const Value data = DataAttribute(run, of, name);
    if (!data.missing()) return data;
    // Python's own are all there, and all hidden.
    return absl::StartsWith(name.text, "__") ? Hidden(run, of, name.text)
                                             : Value::Missing();
  }
  if (method->call == nullptr) return Hidden(run, of, name.text);
  return Value::Of(run.arena().New<Method>(method->name, of, method->call));
}

// The item at a place counted from either end; missing where there is none.
Value ItemAt(Run& run, const Value& of, int64_t index) {
  const int64_t size = *Length(of);
  if (index < 0) index += size;
  if (index < 0 || index >= size) return Value::Missing();
  if (of.kind() == Kind::kRange) return Value::Int(of.range().At(index));
  if (!of.is_string()) return of.sequence().items[index];
  if (!run.WorkOnText(of.text().size())) return Value::Failed();
  const absl::string_view rest = of.text().substr(Utf8Offset(of.text(), index));
  return Value::String(rest.substr(0, Utf8Offset(rest, 1)), of.markup());
}

bool IsIndexed(const Value& of) {
  return of.is_list() || of.is_tuple() || of.is_string() ||
         of.kind() == Kind::kRange;
}

struct SliceBounds {
  int64_t start = 0;
  int64_t step = 1;
  int64_t size = 0;
};

// One bound of a slice, brought into [low, high].
bool Bound(Run& run, const Value& v, int64_t fallback, int64_t length,
           int64_t low, int64_t high, int64_t* out) {
  if (v.is_none()) {
    *out = fallback;
    return true;
  }
  if (!WantInt(run, "a slice", v)) return false;
  int64_t n = v.integer();
  if (n < 0) n += length;  // Both are far from overflow, or clamped anyway.
  *out = std::clamp(n, low, high);
  return true;
}

bool ToBounds(Run& run, int64_t length, const Value& start, const Value& stop,
              const Value& step, SliceBounds* bounds) {
  if (!step.is_none()) {
    if (!WantInt(run, "a slice", step)) return false;
    bounds->step = std::max<int64_t>(step.integer(), -INT64_MAX);
  }
  if (bounds->step == 0) {
    run.Fail("the step of a slice is zero");
    return false;
  }
  const bool up = bounds->step > 0;
  const int64_t low = up ? 0 : -1;
  const int64_t high = up ? length : length - 1;
  int64_t end = 0;
  if (!Bound(run, start, up ? low : high, length, low, high, &bounds->start) ||
      !Bound(run, stop, up ? high : low, length, low, high, &end)) {
    return false;
  }
  const int64_t distance = up ? end - bounds->start : bounds->start - end;
  const int64_t stride = up ? bounds->step : -bounds->step;
  bounds->size = distance <= 0 ? 0 : (distance - 1) / stride + 1;
  return true;
}

Value SliceText(Run& run, const Value& of, const SliceBounds& bounds) {
  const absl::string_view text = of.text();
  if (!run.Reserve(static_cast<int64_t>(text.size()) * 4)) {
    return Value::Failed();
  }
  if (bounds.step == 1) {
    const absl::string_view rest = text.substr(Utf8Offset(text, bounds.start));
    return Value::String(rest.substr(0, Utf8Offset(rest, bounds.size)),
                         of.markup());
  }
  std::u32string points;
  for (Utf8Reader reader(text); !reader.done();) points += reader.Next();
  std::string out;
  for (int64_t i = 0; i < bounds.size; ++i) {
    AppendUtf8(out, points[bounds.start + i * bounds.step]);
  }
  return run.CopyText(out, of.markup());
}

Value SliceSequence(Run& run, const Value& of, const SliceBounds& bounds) {
  const Value* items = of.sequence().items + bounds.start;
  if (bounds.step != 1) {
    if (!run.Reserve(bounds.size * static_cast<int64_t>(sizeof(Value)))) {
      return Value::Failed();
    }
    Value* const copy = run.arena().NewArray<Value>(bounds.size);
    for (int64_t i = 0; i < bounds.size; ++i) {
      copy[i] = items[i * bounds.step];
    }
    items = copy;
  }
  return of.is_list() ? ListOf(run.arena(), items, bounds.size)
                      : TupleOf(run.arena(), items, bounds.size);
}

}  // namespace

AttributeName::AttributeName(absl::string_view name)
    : text(name),
      of_dict(MethodOf(Kind::kDict, name)),
      of_string(MethodOf(Kind::kString, name)),
      of_list(MethodOf(Kind::kList, name)),
      of_loop(LoopAttributeOf(name)) {}

Value GetAttribute(Run& run, const Value& of, const AttributeName& name) {
  if (of.is_undefined()) return run.FailUndefined(of);
  if (of.is_dict() && name.of_dict == nullptr) {
    const Value* const found = of.dict().Find(name.text);
    if (found != nullptr) return *found;
  }
  const Value own = OwnAttribute(run, of, name);
  return own.missing() ? Absent(run, of, name.text) : own;
}

Value GetOnlyAttribute(Run& run, const Value& of, absl::string_view name) {
  if (of.is_undefined()) return run.FailUndefined(of);
  const Value own = OwnAttribute(run, of, AttributeName(name));
  return own.missing() ? Absent(run, of, name) : own;
}

Value GetItem(Run& run, const Value& of, const Value& key) {
  if (of.is_undefined()) return run.FailUndefined(of);
  if (of.is_dict() && IsHashable(key)) {
    const Value* const found =
        key.is_string() ? of.dict().Find(key.text()) : of.dict().Find(key);
    if (found != nullptr) return *found;
  } else if (IsIndexed(of) && key.is_integral()) {
    const Value item = ItemAt(run, of, key.integer());
    if (!item.missing()) return item;
  }
  if (key.is_string()) {
    const Value own = OwnAttribute(run, of, AttributeName(key.text()));
    if (!own.missing()) return own;
  }
  return AbsentItem(run, of, key);
}

Value GetSlice(Run& run, const Value& of, const Value& start, const Value& stop,
               const Value& step) {
  if (of.is_undefined()) return run.FailUndefined(of);
  if (!IsIndexed(of)) {
    return run.Fail(absl::StrCat("a ", TypeName(of), " can't be sliced"));
  }
  SliceBounds bounds;
  if (!ToBounds(run, *Length(of), start, stop, step, &bounds)) {
    return Value::Failed();
  }
  if (of.is_string()) return SliceText(run, of, bounds);
  if (of.kind() != Kind::kRange) return SliceSequence(run, of, bounds);
  const Range& range = of.range();
  const int64_t first = range.At(bounds.start);
  const int64_t stride = range.step * bounds.step;
  return Value::Of(run.arena().New<Range>(first, first + stride * bounds.size,
                                          stride, bounds.size));
}

}  // namespace kaito::runtime::jinja
