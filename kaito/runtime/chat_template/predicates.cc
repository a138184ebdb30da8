#include "kaito/runtime/chat_template/predicates.h"

#include <cstdint>
#include <span>

#include "absl/strings/string_view.h"
#include "kaito/runtime/chat_template/args.h"
#include "kaito/runtime/chat_template/compare.h"
#include "kaito/runtime/chat_template/filter_entry.h"
#include "kaito/runtime/chat_template/items.h"
#include "kaito/runtime/chat_template/operators.h"
#include "kaito/runtime/chat_template/repr.h"
#include "kaito/runtime/chat_template/run.h"
#include "kaito/runtime/chat_template/text_ops.h"
#include "kaito/runtime/chat_template/value.h"

namespace kaito::runtime::jinja {
namespace {

template <bool (*kTest)(const Value&)>
Value Of(Run& run, const Value& self, const Args& args) {
  if (!Bind(run, "this test", args, {}, nullptr)) return Value::Failed();
  return Value::Bool(kTest(self));
}

bool IsDefined(const Value& v) { return !v.is_undefined(); }
bool IsUndefined(const Value& v) { return v.is_undefined(); }
bool IsNone(const Value& v) { return v.is_none(); }
bool IsBoolean(const Value& v) { return v.is_bool(); }
bool IsTheTrue(const Value& v) { return v.is_bool() && v.boolean(); }
bool IsTheFalse(const Value& v) { return v.is_bool() && !v.boolean(); }
bool IsInteger(const Value& v) { return v.is_int(); }
bool IsFloat(const Value& v) { return v.is_float(); }
bool IsNumber(const Value& v) { return v.is_number(); }
bool IsString(const Value& v) { return v.is_string(); }
bool IsMapping(const Value& v) { return v.is_dict(); }
bool IsEscaped(const Value& v) { return v.markup(); }
bool IsSequence(const Value& v) {
  // Undefined has a length, and its __getitem__ only fails when it is called.
  return v.is_undefined() || v.is_string() || v.is_list() || v.is_tuple() ||
         v.is_dict() || v.kind() == Kind::kRange;
}
bool IsCallable(const Value& v) {
  switch (v.kind()) {
    case Kind::kUndefined:
    case Kind::kMacro:
    case Kind::kMethod:
    case Kind::kFunction:
    case Kind::kLoop:
    case Kind::kJoiner:
    case Kind::kBlock:
      return true;
    default:
      return false;
  }
}

template <bool (*kTest)(absl::string_view)>
Value OfText(Run& run, const Value& self, const Args& args) {
  const Value text = ToStr(run, self);
  if (text.failed() || !Bind(run, "this test", args, {}, nullptr) ||
      !run.WorkOnText(text.text().size() * 4)) {
    return Value::Failed();
  }
  return Value::Bool(kTest(text.text()));
}

// `self % divisor == wanted`.
Value LeavesRest(Run& run, const Value& self, const Value& divisor,
                 int64_t wanted) {
  const Value rest = Modulo(run, self, divisor);
  if (rest.failed()) return rest;
  return Value::Bool(Equal(run, rest, Value::Int(wanted)));
}

Value Odd(Run& run, const Value& self, const Args& args) {
  if (!Bind(run, "odd", args, {}, nullptr)) return Value::Failed();
  return LeavesRest(run, self, Value::Int(2), 1);
}

Value Even(Run& run, const Value& self, const Args& args) {
  if (!Bind(run, "even", args, {}, nullptr)) return Value::Failed();
  return LeavesRest(run, self, Value::Int(2), 0);
}

Value DivisibleBy(Run& run, const Value& self, const Args& args) {
  Value v[1];
  if (!Bind(run, "divisibleby", args, {{"num"}}, v)) return Value::Failed();
  return LeavesRest(run, self, v[0], 0);
}

using Comparison = bool (*)(Run&, const Value&, const Value&);

template <Comparison kCompare>
Value Compared(Run& run, const Value& self, const Args& args) {
  Value v[1];
  if (!Bind(run, "this test", args, {{"other"}}, v)) return Value::Failed();
  const bool result = kCompare(run, self, v[0]);
  return run.failed() ? Value::Failed() : Value::Bool(result);
}

bool NotEqual(Run& run, const Value& a, const Value& b) {
  return !Equal(run, a, b);
}
bool Greater(Run& run, const Value& a, const Value& b) {
  return Less(run, b, a);
}
bool GreaterOrEqual(Run& run, const Value& a, const Value& b) {
  return LessOrEqual(run, b, a);
}
bool In(Run& run, const Value& a, const Value& b) {
  return Contains(run, b, a);
}

// Python's `is`. Small ints, short texts and constants are one object each in
// CPython; here all equal scalars of one type are.
bool Same(Run& run, const Value& a, const Value& b) {
  if (a.kind() != b.kind()) return false;
  if (a.is_string() || a.is_number() || a.is_none()) return Equal(run, a, b);
  return a.address() == b.address();
}

}  // namespace

std::span<const FilterEntry> Predicates() {
  static constexpr FilterEntry kPredicates[] = {
      {"!=", Compared<NotEqual>},
      {"<", Compared<Less>},
      {"<=", Compared<LessOrEqual>},
      {"==", Compared<Equal>},
      {">", Compared<Greater>},
      {">=", Compared<GreaterOrEqual>},
      {"boolean", Of<IsBoolean>},
      {"callable", Of<IsCallable>},
      {"defined", Of<IsDefined>},
      {"divisibleby", DivisibleBy},
      {"eq", Compared<Equal>},
      {"equalto", Compared<Equal>},
      {"escaped", Of<IsEscaped>},
      {"even", Even},
      {"false", Of<IsTheFalse>},
      {"float", Of<IsFloat>},
      {"ge", Compared<GreaterOrEqual>},
      {"greaterthan", Compared<Greater>},
      {"gt", Compared<Greater>},
      {"in", Compared<In>},
      {"integer", Of<IsInteger>},
      {"iterable", Of<IsIterable>},
      {"le", Compared<LessOrEqual>},
      {"lessthan", Compared<Less>},
      {"lower", OfText<IsLowerText>},
      {"lt", Compared<Less>},
      {"mapping", Of<IsMapping>},
      {"ne", Compared<NotEqual>},
      {"none", Of<IsNone>},
      {"number", Of<IsNumber>},
      {"odd", Odd},
      {"sameas", Compared<Same>},
      {"sequence", Of<IsSequence>},
      {"string", Of<IsString>},
      {"true", Of<IsTheTrue>},
      {"undefined", Of<IsUndefined>},
      {"upper", OfText<IsUpperText>},
  };
  return kPredicates;
}

}  // namespace kaito::runtime::jinja
