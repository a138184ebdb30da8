#include "kaito/runtime/chat_template/operators.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/runtime/chat_template/markup.h"
#include "kaito/runtime/chat_template/percent_format.h"
#include "kaito/runtime/chat_template/run.h"
#include "kaito/runtime/chat_template/value.h"

namespace kaito::runtime::jinja {
namespace {

constexpr absl::string_view kTooLarge =
    "the result is an integer of more than 64 bits";

Value FailTypes(Run& run, absl::string_view op, const Value& a,
                const Value& b) {
  if (a.is_undefined()) return run.FailUndefined(a);
  if (b.is_undefined()) return run.FailUndefined(b);
  return run.Fail(absl::StrCat("'", op, "' doesn't take ", TypeName(a), " and ",
                               TypeName(b)));
}

Value FailZero(Run& run) { return run.Fail("division by zero"); }

Value TooLarge(Run& run) { return run.Fail(std::string(kTooLarge)); }

double AsFloat(const Value& v) {
  return v.is_float() ? v.real() : static_cast<double>(v.integer());
}

bool BothIntegral(const Value& a, const Value& b) {
  return a.is_integral() && b.is_integral();
}

bool BothNumbers(const Value& a, const Value& b) {
  return a.is_number() && b.is_number();
}

Value AddStrings(Run& run, const Value& a, const Value& b) {
  absl::string_view left = a.text();
  absl::string_view right = b.text();
  const bool markup = a.markup() || b.markup();
  std::string escaped;
  if (markup && !(a.markup() && b.markup())) {
    escaped = EscapeHtml(a.markup() ? right : left);
    (a.markup() ? right : left) = escaped;
  }
  const int64_t size = static_cast<int64_t>(left.size() + right.size());
  if (!run.Reserve(size)) return Value::Failed();
  char* const to = static_cast<char*>(run.arena().Allocate(size));
  std::copy(left.begin(), left.end(), to);
  std::copy(right.begin(), right.end(), to + left.size());
  return Value::String({to, static_cast<size_t>(size)}, markup);
}

Value Make(Run& run, const Value& like, const Value* items, int64_t size) {
  return like.is_list() ? ListOf(run.arena(), items, size)
                        : TupleOf(run.arena(), items, size);
}

Value AddSequences(Run& run, const Value& a, const Value& b) {
  const Sequence& left = a.sequence();
  const Sequence& right = b.sequence();
  const int64_t size = left.size + right.size;
  if (!run.Reserve(size * static_cast<int64_t>(sizeof(Value)))) {
    return Value::Failed();
  }
  Value* const items = run.arena().NewArray<Value>(size);
  std::copy(left.items, left.items + left.size, items);
  std::copy(right.items, right.items + right.size, items + left.size);
  return Make(run, a, items, size);
}

// Bytes of `size` items `times` over; more than any budget where it overflows.
int64_t RepeatedBytes(int64_t size, int64_t times, int64_t item_bytes) {
  int64_t bytes = 0;
  if (__builtin_mul_overflow(size, times, &bytes) ||
      __builtin_mul_overflow(bytes, item_bytes, &bytes)) {
    return std::numeric_limits<int64_t>::max();
  }
  return bytes;
}

Value Repeat(Run& run, const Value& a, int64_t times) {
  times = std::max<int64_t>(times, 0);
  if (a.is_string()) {
    TextBuilder text(run);
    if (!text.Append(times, a.text())) return Value::Failed();
    return text.Finish(a.markup());
  }
  const Sequence& from = a.sequence();
  if (!run.Reserve(RepeatedBytes(from.size, times, sizeof(Value)))) {
    return Value::Failed();
  }
  const int64_t size = from.size * times;
  Value* const items = run.arena().NewArray<Value>(size);
  for (int64_t i = 0; i < size; i += from.size) {
    std::copy(from.items, from.items + from.size, items + i);
  }
  return Make(run, a, items, size);
}

bool IsRepeatable(const Value& v) {
  return v.is_string() || v.is_list() || v.is_tuple();
}

// Python's modulo has the sign of the divisor.
double FloatModulo(double a, double b) {
  double rest = std::fmod(a, b);
  if (rest != 0) {
    if ((b < 0) != (rest < 0)) rest += b;
  } else {
    rest = std::copysign(0.0, b);
  }
  return rest;
}

Value IntPower(Run& run, int64_t base, int64_t exponent) {
  if (exponent < 0) {
    if (base == 0) return FailZero(run);
    return Value::Float(
        std::pow(static_cast<double>(base), static_cast<double>(exponent)));
  }
  int64_t result = 1;
  while (exponent > 0) {
    if ((exponent & 1) != 0 && __builtin_mul_overflow(result, base, &result)) {
      return TooLarge(run);
    }
    exponent >>= 1;
    if (exponent > 0 && __builtin_mul_overflow(base, base, &base)) {
      return TooLarge(run);
    }
  }
  return Value::Int(result);
}

}  // namespace

Value Add(Run& run, const Value& a, const Value& b) {
  if (a.is_string() && b.is_string()) return AddStrings(run, a, b);
  if (BothIntegral(a, b)) {
    int64_t sum = 0;
    if (__builtin_add_overflow(a.integer(), b.integer(), &sum)) {
      return TooLarge(run);
    }
    return Value::Int(sum);
  }
  if (BothNumbers(a, b)) return Value::Float(AsFloat(a) + AsFloat(b));
  if ((a.is_list() || a.is_tuple()) && a.kind() == b.kind()) {
    return AddSequences(run, a, b);
  }
  return FailTypes(run, "+", a, b);
}

Value Subtract(Run& run, const Value& a, const Value& b) {
  if (BothIntegral(a, b)) {
    int64_t difference = 0;
    if (__builtin_sub_overflow(a.integer(), b.integer(), &difference)) {
      return TooLarge(run);
    }
    return Value::Int(difference);
  }
  if (BothNumbers(a, b)) return Value::Float(AsFloat(a) - AsFloat(b));
  return FailTypes(run, "-", a, b);
}

Value Multiply(Run& run, const Value& a, const Value& b) {
  if (BothIntegral(a, b)) {
    int64_t product = 0;
    if (__builtin_mul_overflow(a.integer(), b.integer(), &product)) {
      return TooLarge(run);
    }
    return Value::Int(product);
  }
  if (BothNumbers(a, b)) return Value::Float(AsFloat(a) * AsFloat(b));
  if (IsRepeatable(a) && b.is_integral()) return Repeat(run, a, b.integer());
  if (IsRepeatable(b) && a.is_integral()) return Repeat(run, b, a.integer());
  return FailTypes(run, "*", a, b);
}

Value Divide(Run& run, const Value& a, const Value& b) {
  if (!BothNumbers(a, b)) return FailTypes(run, "/", a, b);
  if (AsFloat(b) == 0) return FailZero(run);
  return Value::Float(AsFloat(a) / AsFloat(b));
}

Value FloorDivide(Run& run, const Value& a, const Value& b) {
  if (BothIntegral(a, b)) {
    const int64_t x = a.integer();
    const int64_t y = b.integer();
    if (y == 0) return FailZero(run);
    if (y == -1) return Negate(run, Value::Int(x));
    int64_t quotient = x / y;
    if (x % y != 0 && (x < 0) != (y < 0)) --quotient;
    return Value::Int(quotient);
  }
  if (!BothNumbers(a, b)) return FailTypes(run, "//", a, b);
  const double x = AsFloat(a);
  const double y = AsFloat(b);
  if (y == 0) return FailZero(run);
  const double quotient = (x - FloatModulo(x, y)) / y;
  double whole = std::floor(quotient);
  if (quotient - whole > 0.5) whole += 1;
  if (quotient == 0) whole = std::copysign(0.0, x / y);
  return Value::Float(whole);
}

Value Modulo(Run& run, const Value& a, const Value& b) {
  if (a.is_string()) return PercentFormat(run, a, b);
  if (BothIntegral(a, b)) {
    const int64_t y = b.integer();
    if (y == 0) return FailZero(run);
    if (y == -1) return Value::Int(0);
    int64_t rest = a.integer() % y;
    if (rest != 0 && (rest < 0) != (y < 0)) rest += y;
    return Value::Int(rest);
  }
  if (!BothNumbers(a, b)) return FailTypes(run, "%", a, b);
  if (AsFloat(b) == 0) return FailZero(run);
  return Value::Float(FloatModulo(AsFloat(a), AsFloat(b)));
}

Value Power(Run& run, const Value& a, const Value& b) {
  if (BothIntegral(a, b)) return IntPower(run, a.integer(), b.integer());
  if (!BothNumbers(a, b)) return FailTypes(run, "**", a, b);
  const double x = AsFloat(a);
  const double y = AsFloat(b);
  if (x == 0 && y < 0) return FailZero(run);
  const double result = std::pow(x, y);
  if (std::isnan(result) && !std::isnan(x) && !std::isnan(y)) {
    return run.Fail("a negative number to a fractional power is complex");
  }
  if (std::isinf(result) && std::isfinite(x) && std::isfinite(y)) {
    return run.Fail("the result is too large for a float");
  }
  return Value::Float(result);
}

Value Negate(Run& run, const Value& a) {
  if (a.is_float()) return Value::Float(-a.real());
  if (!a.is_integral()) return FailTypes(run, "-", a, Value::Int(0));
  if (a.integer() == std::numeric_limits<int64_t>::min()) return TooLarge(run);
  return Value::Int(-a.integer());
}

Value Plus(Run& run, const Value& a) {
  if (a.is_float()) return a;
  if (a.is_integral()) return Value::Int(a.integer());
  return FailTypes(run, "+", a, Value::Int(0));
}

}  // namespace kaito::runtime::jinja
