#include "kaito/runtime/chat_template/value_filters.h"

#include <cmath>
#include <cstdint>
#include <optional>
#include <span>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/runtime/chat_template/args.h"
#include "kaito/runtime/chat_template/attributes.h"
#include "kaito/runtime/chat_template/filter_entry.h"
#include "kaito/runtime/chat_template/items.h"
#include "kaito/runtime/chat_template/numbers.h"
#include "kaito/runtime/chat_template/operators.h"
#include "kaito/runtime/chat_template/repr.h"
#include "kaito/runtime/chat_template/run.h"
#include "kaito/runtime/chat_template/template_error.h"
#include "kaito/runtime/chat_template/tojson.h"
#include "kaito/runtime/chat_template/value.h"

namespace kaito::runtime::jinja {
namespace {

constexpr double kTwoTo63 = 9223372036854775808.0;

std::optional<int64_t> Truncated(double d) {
  if (!(d > -kTwoTo63 && d < kTwoTo63)) return std::nullopt;
  return static_cast<int64_t>(d);
}

Value Abs(Run& run, const Value& self, const Args& args) {
  if (!Bind(run, "abs", args, {}, nullptr)) return Value::Failed();
  if (self.is_float()) return Value::Float(std::abs(self.real()));
  if (!self.is_integral()) {
    if (self.is_undefined()) return run.FailUndefined(self);
    return run.Fail(absl::StrCat("abs wants a number, got ", TypeName(self)));
  }
  return self.integer() < 0 ? Negate(run, self) : Plus(run, self);
}

Value ToInt(Run& run, const Value& self, const Args& args) {
  Value v[2];
  if (!Bind(run, "int", args,
            {{"default", Value::Int(0)}, {"base", Value::Int(10)}}, v) ||
      !WantInt(run, "int", v[1])) {
    return Value::Failed();
  }
  if (self.is_integral()) return Value::Int(self.integer());
  if (self.is_undefined()) return run.FailUndefined(self);
  if (self.is_float()) {
    const std::optional<int64_t> n = Truncated(self.real());
    if (n.has_value()) return Value::Int(*n);
    if (std::isnan(self.real())) return v[0];
    return run.Fail("int: the number doesn't fit into 64 bits");
  }
  if (!self.is_string()) return v[0];
  const int64_t base = v[1].integer();
  if (base == 0 || (base >= 2 && base <= 36)) {
    const auto n = ParseInt(self.text(), static_cast<int>(base));
    if (n.has_value()) return Value::Int(*n);
  }
  const std::optional<double> d = ParseFloat(self.text());
  if (!d.has_value() || !std::isfinite(*d)) return v[0];
  const std::optional<int64_t> n = Truncated(*d);
  if (n.has_value()) return Value::Int(*n);
  return run.Fail("int: the number doesn't fit into 64 bits");
}

Value ToFloat(Run& run, const Value& self, const Args& args) {
  Value v[1];
  if (!Bind(run, "float", args, {{"default", Value::Float(0)}}, v)) {
    return Value::Failed();
  }
  if (self.is_float()) return self;
  if (self.is_integral()) {
    return Value::Float(static_cast<double>(self.integer()));
  }
  if (self.is_undefined()) return run.FailUndefined(self);
  if (!self.is_string()) return v[0];
  const std::optional<double> d = ParseFloat(self.text());
  return d.has_value() ? Value::Float(*d) : v[0];
}

// round(n, -2) of an int, half to even.
Value RoundInt(Run& run, int64_t n, int64_t precision) {
  if (precision >= 0) return Value::Int(n);
  if (precision < -18) return Value::Int(0);
  int64_t power = 1;
  for (int64_t i = precision; i < 0; ++i) power *= 10;
  const int64_t rest = ((n % power) + power) % power;
  int64_t down = 0;
  if (__builtin_sub_overflow(n, rest, &down)) {
    return run.Fail("round: the number doesn't fit into 64 bits");
  }
  const bool odd = (down / power) % 2 != 0;
  const bool up = rest > power - rest || (rest == power - rest && odd);
  return up ? Add(run, Value::Int(down), Value::Int(power)) : Value::Int(down);
}

Value Round(Run& run, const Value& self, const Args& args) {
  Value v[2];
  if (!Bind(run, "round", args,
            {{"precision", Value::Int(0)}, {"method", Value::String("common")}},
            v) ||
      !WantInt(run, "round", v[0]) || !WantString(run, "round", v[1])) {
    return Value::Failed();
  }
  const absl::string_view method = v[1].text();
  if (method != "common" && method != "ceil" && method != "floor") {
    return run.Fail("round: the method must be common, ceil or floor");
  }
  if (self.is_undefined()) return run.FailUndefined(self);
  if (!self.is_number()) {
    return run.Fail(absl::StrCat("round wants a number, got ", TypeName(self)));
  }
  const int64_t precision = v[0].integer();
  if (method == "common") {
    if (self.is_integral()) return RoundInt(run, self.integer(), precision);
    return Value::Float(RoundFloat(self.real(), precision));
  }
  const double power = std::pow(10.0, static_cast<double>(precision));
  const double value =
      self.is_float() ? self.real() : static_cast<double>(self.integer());
  const double scaled = value * power;
  if (!std::isfinite(scaled) || power == 0) {
    return run.Fail("round: the precision is out of range");
  }
  return Value::Float(
      (method == "ceil" ? std::ceil(scaled) : std::floor(scaled)) / power);
}

Value Default(Run& run, const Value& self, const Args& args) {
  Value v[2];
  if (!Bind(run, "default", args,
            {{"default_value", Value::String("")},
             {"boolean", Value::Bool(false)}},
            v)) {
    return Value::Failed();
  }
  if (self.is_undefined() || (IsTrue(v[1]) && !IsTrue(self))) return v[0];
  return self;
}

Value Attr(Run& run, const Value& self, const Args& args) {
  Value v[1];
  if (!Bind(run, "attr", args, {{"name"}}, v) ||
      !WantString(run, "attr", v[0])) {
    return Value::Failed();
  }
  return GetOnlyAttribute(run, self, v[0].text());
}

Value PrettyPrint(Run& run, const Value& self, const Args& args) {
  // Python's pprint breaks lines above this.
  constexpr size_t kLine = 80;
  if (!Bind(run, "pprint", args, {}, nullptr)) return Value::Failed();
  TextBuilder text(run);
  if (!AppendRepr(run, text, self)) return Value::Failed();
  if (text.text().size() >= kLine || self.is_dict()) {
    return run.Fail(TemplateError::Kind::kRefused,
                    "pprint: only values of one line, and no dicts, can be "
                    "printed; use tojson");
  }
  return text.Finish();
}

Value Random(Run& run, const Value& self, const Args& args) {
  return run.Fail(TemplateError::Kind::kRefused,
                  "random: equal conversations must give equal texts");
}

Value Urlize(Run& run, const Value& self, const Args& args) {
  return run.Fail(TemplateError::Kind::kRefused,
                  "urlize: links in HTML are no part of a chat template");
}

}  // namespace

std::span<const FilterEntry> ValueFilters() {
  static constexpr FilterEntry kFilters[] = {
      {"abs", Abs},
      {"attr", Attr},
      {"d", Default},
      {"default", Default},
      {"float", ToFloat},
      {"int", ToInt},
      {"pprint", PrettyPrint},
      {"random", Random},
      {"round", Round},
      {"tojson", ToJson},
      {"urlize", Urlize},
  };
  return kFilters;
}

}  // namespace kaito::runtime::jinja
