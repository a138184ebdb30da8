#include "kaito/runtime/chat_template/builtins.h"

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/runtime/chat_template/args.h"
#include "kaito/runtime/chat_template/items.h"
#include "kaito/runtime/chat_template/objects.h"
#include "kaito/runtime/chat_template/repr.h"
#include "kaito/runtime/chat_template/run.h"
#include "kaito/runtime/chat_template/strftime.h"
#include "kaito/runtime/chat_template/template_error.h"
#include "kaito/runtime/chat_template/value.h"

namespace kaito::runtime::jinja {
namespace {

// Of Jinja's sandbox.
constexpr int64_t kMaxRange = 100'000;

Value MakeRange(Run& run, const Value& self, const Args& args) {
  Value v[3];
  if (!Bind(run, "range", args,
            {{"start"}, {"stop", Value::None()}, {"step", Value::Int(1)}}, v)) {
    return Value::Failed();
  }
  if (v[1].is_none()) {
    v[1] = v[0];
    v[0] = Value::Int(0);
  }
  for (const Value& bound : v) {
    if (!WantInt(run, "range", bound)) return Value::Failed();
  }
  const int64_t start = v[0].integer();
  const int64_t stop = v[1].integer();
  const int64_t step = v[2].integer();
  if (step == 0) return run.Fail("range() wants a step that isn't zero");
  int64_t distance = 0;
  const bool overflows = step > 0
                             ? __builtin_sub_overflow(stop, start, &distance)
                             : __builtin_sub_overflow(start, stop, &distance);
  const bool empty = step > 0 ? stop <= start : stop >= start;
  int64_t size = 0;
  if (!empty) {
    const uint64_t stride = step > 0 ? step : -static_cast<uint64_t>(step);
    const uint64_t count = overflows ? UINT64_MAX : (distance - 1) / stride + 1;
    if (count > kMaxRange) {
      return run.Fail(
          TemplateError::Kind::kLimit,
          absl::StrCat("range() of more than ", kMaxRange, " numbers"));
    }
    size = static_cast<int64_t>(count);
  }
  return Value::Of(run.arena().New<Range>(start, stop, step, size));
}

// dict(mapping or pairs, **named); null on failure.
Dict* MakeEntries(Run& run, absl::string_view function, const Args& args) {
  Arena& arena = run.arena();
  Dict* const dict = NewDict(arena);
  if (args.positional.size() > 1) {
    run.Fail(absl::StrCat(function, "() takes one value and names"));
    return nullptr;
  }
  if (!args.positional.empty() && args.positional[0].is_dict()) {
    for (const auto& [key, value] : args.positional[0].dict().entries()) {
      if (!run.Work(1)) return nullptr;
      dict->Set(arena, key, value);
    }
  } else if (!args.positional.empty()) {
    Cursor cursor(run, args.positional[0]);
    for (Value pair; cursor.Next(&pair);) {
      std::span<const Value> parts;
      if (!ToItems(run, pair, &parts)) return nullptr;
      if (parts.size() != 2 || !IsHashable(parts[0])) {
        run.Fail(absl::StrCat(function, "() wants pairs of a key and a value"));
        return nullptr;
      }
      dict->Set(arena, parts[0], parts[1]);
    }
  }
  for (const NamedArg& arg : args.named) {
    dict->Set(arena, Value::String(arg.name), arg.value);
  }
  return run.failed() ? nullptr : dict;
}

Value MakeDict(Run& run, const Value& self, const Args& args) {
  const Dict* const dict = MakeEntries(run, "dict", args);
  return dict == nullptr ? Value::Failed() : Value::Of(dict);
}

Value MakeNamespace(Run& run, const Value& self, const Args& args) {
  Dict* const dict = MakeEntries(run, "namespace", args);
  if (dict == nullptr) return Value::Failed();
  return Value::Of(run.arena().New<Namespace>(dict));
}

Value MakeCycler(Run& run, const Value& self, const Args& args) {
  if (args.positional.empty() || !args.named.empty()) {
    return run.Fail("cycler() wants at least one item, and no names");
  }
  const Value items = NewTuple(run.arena(), args.positional);
  return Value::Of(
      run.arena().New<Cycler>(items.sequence().items, items.sequence().size));
}

Value MakeJoiner(Run& run, const Value& self, const Args& args) {
  Value v[1];
  if (!Bind(run, "joiner", args, {{"sep", Value::String(", ")}}, v)) {
    return Value::Failed();
  }
  return Value::Of(run.arena().New<Joiner>(v[0]));
}

Value RaiseException(Run& run, const Value& self, const Args& args) {
  Value v[1];
  if (!Bind(run, "raise_exception", args, {{"message"}}, v)) {
    return Value::Failed();
  }
  const Value text = ToStr(run, v[0]);
  if (text.failed()) return text;
  return run.Fail(TemplateError::Kind::kRaised, std::string(text.text()));
}

Value StrftimeNow(Run& run, const Value& self, const Args& args) {
  // The longest directive, %A, %c and the like, by the shortest spelling.
  constexpr int64_t kGrowth = 16;
  Value v[1];
  if (!Bind(run, "strftime_now", args, {{"format"}}, v) ||
      !WantString(run, "strftime_now", v[0]) ||
      !run.Reserve(static_cast<int64_t>(v[0].text().size()) * kGrowth)) {
    return Value::Failed();
  }
  return run.CopyText(FormatTime(v[0].text(), run.now()));
}

Value Lipsum(Run& run, const Value& self, const Args& args) {
  return run.Fail(TemplateError::Kind::kRefused,
                  "lipsum: equal conversations must give equal texts");
}

constexpr Function kBuiltins[] = {
    {"cycler", MakeCycler},       {"dict", MakeDict},
    {"joiner", MakeJoiner},       {"lipsum", Lipsum},
    {"namespace", MakeNamespace}, {"raise_exception", RaiseException},
    {"range", MakeRange},         {"strftime_now", StrftimeNow},
};

}  // namespace

const Function* FindBuiltin(absl::string_view name) {
  const auto* const it = std::ranges::find(kBuiltins, name, &Function::name);
  return it != std::end(kBuiltins) ? it : nullptr;
}

}  // namespace kaito::runtime::jinja
