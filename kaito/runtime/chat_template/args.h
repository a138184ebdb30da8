#ifndef KAITO_RUNTIME_CHAT_TEMPLATE_ARGS_H_
#define KAITO_RUNTIME_CHAT_TEMPLATE_ARGS_H_

// The arguments of a call, and their way to a function's parameters: for every
// filter, test, method and function written in C++.
//
//   Value Center(Run& run, const Value& self, const Args& args) {
//     Value v[2];
//     if (!Bind(run, "center", args, {{"width", Value::Int(80)},
//                                     {"fillchar", Value::String(" ")}}, v)) {
//       return Value::Failed();
//     }

#include <initializer_list>
#include <span>

#include "absl/strings/string_view.h"
#include "kaito/runtime/chat_template/run.h"
#include "kaito/runtime/chat_template/value.h"

namespace kaito::runtime::jinja {

struct NamedArg {
  absl::string_view name;
  Value value;
};

struct Args {
  std::span<const Value> positional;
  std::span<const NamedArg> named;

  const Value* FindNamed(absl::string_view name) const;
};

// What a filter, a test or a method is; `self` is what it is applied to.
using NativeFunction = Value (*)(Run& run, const Value& self, const Args& args);

struct Param {
  Param(absl::string_view n) : name(n) {}  // NOLINT: required
  Param(absl::string_view n, Value f) : name(n), fallback(f) {}

  absl::string_view name;
  Value fallback = Value::Missing();
};

// Fills `out`, which has a place for each parameter, by position and by name.
// False, with the failure set, where the arguments don't fit.
bool Bind(Run& run, absl::string_view function, const Args& args,
          std::initializer_list<Param> params, Value* out);

// One more check, for those that take an int or a text; the message names the
// function. Bool counts as int.
bool WantInt(Run& run, absl::string_view function, const Value& value);
bool WantString(Run& run, absl::string_view function, const Value& value);

}  // namespace kaito::runtime::jinja

#endif  // KAITO_RUNTIME_CHAT_TEMPLATE_ARGS_H_
