#include "kaito/runtime/chat_template/percent_format.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/runtime/chat_template/format_spec.h"
#include "kaito/runtime/chat_template/repr.h"
#include "kaito/runtime/chat_template/run.h"
#include "kaito/runtime/chat_template/utf8.h"
#include "kaito/runtime/chat_template/value.h"

namespace kaito::runtime::jinja {
namespace {

class Formatter {
 public:
  Formatter(Run& run, absl::string_view format, const Value& values)
      : run_(run), rest_(format), values_(values), out_(run) {}

  Value Format() {
    while (!rest_.empty()) {
      const size_t percent = std::min(rest_.find('%'), rest_.size());
      if (!out_.Append(rest_.substr(0, percent))) return Value::Failed();
      rest_.remove_prefix(percent);
      if (rest_.empty()) break;
      rest_.remove_prefix(1);
      if (!Placeholder()) return Value::Failed();
    }
    if (!values_.is_dict() && used_ < count()) {
      return run_.Fail("more values than placeholders in the format");
    }
    return out_.Finish();
  }

 private:
  int64_t count() const {
    return values_.is_tuple() ? values_.sequence().size : 1;
  }

  bool Fail(std::string message) {
    run_.Fail(std::move(message));
    return false;
  }

  bool NextValue(Value* value) {
    if (used_ >= count()) return Fail("fewer values than placeholders");
    *value = values_.is_tuple() ? values_.sequence().items[used_] : values_;
    ++used_;
    return true;
  }

  bool NamedValue(Value* value) {
    const size_t end = rest_.find(')');
    if (end == absl::string_view::npos) return Fail("'%(' without ')'");
    if (!values_.is_dict()) return Fail("'%(name)' wants a dict");
    const absl::string_view name = rest_.substr(1, end - 1);
    const Value* const found = values_.dict().Find(name);
    if (found == nullptr) {
      return Fail(absl::StrCat("the format's dict has no '", name, "'"));
    }
    *value = *found;
    rest_.remove_prefix(end + 1);
    return true;
  }

  // A width or a precision: digits, or "*" for one of the values.
  bool Number(int64_t* number) {
    if (!rest_.empty() && rest_[0] == '*') {
      rest_.remove_prefix(1);
      Value value;
      if (!NextValue(&value)) return false;
      if (!value.is_integral()) return Fail("'*' wants an int");
      *number = value.integer();
      return true;
    }
    int64_t n = 0;
    for (; !rest_.empty() && absl::ascii_isdigit(rest_[0]);
         rest_.remove_prefix(1)) {
      n = n * 10 + (rest_[0] - '0');
      if (n > (int64_t{1} << 40)) return Fail("a width is too large");
    }
    *number = n;
    return true;
  }

  bool Flags(FormatSpec* spec) {
    for (; !rest_.empty() && absl::StrContains("-+ #0", rest_[0]);
         rest_.remove_prefix(1)) {
      switch (rest_[0]) {
        case '-':
          spec->align = '<';
          break;
        case '0':
          zero_ = true;
          break;
        case '#':
          spec->alternative = true;
          break;
        default:
          if (spec->sign != '+') spec->sign = rest_[0];
      }
    }
    return true;
  }

  bool Placeholder() {
    Value value = Value::Missing();
    if (!rest_.empty() && rest_[0] == '(' && !NamedValue(&value)) return false;
    FormatSpec spec{.align = '>'};
    zero_ = false;
    if (!Flags(&spec) || !Number(&spec.width)) return false;
    if (spec.width < 0) {
      spec.align = '<';
      spec.width = -spec.width;
    }
    if (!rest_.empty() && rest_[0] == '.') {
      rest_.remove_prefix(1);
      if (!Number(&spec.precision)) return false;
    }
    while (!rest_.empty() && absl::StrContains("hlL", rest_[0])) {
      rest_.remove_prefix(1);
    }
    if (rest_.empty()) return Fail("the format ends inside a placeholder");
    const char type = rest_[0];
    rest_.remove_prefix(1);
    if (type == '%') return out_.Append("%");
    if (value.missing() && !NextValue(&value)) return false;
    return Convert(type, value, spec);
  }

  bool Convert(char type, Value value, FormatSpec spec) {
    spec.type = type;
    if (absl::StrContains("sra", type)) {
      if (type != 's') {
        TextBuilder repr(run_);
        if (!AppendRepr(run_, repr, value)) return false;
        value = repr.Finish();
      } else {
        value = ToStr(run_, value);
      }
      spec.type = 's';
      return !value.failed() && AppendFormatted(run_, out_, value, spec);
    }
    if (type == 'c' && value.is_string()) {
      if (Utf8Length(value.text()) != 1) return Fail("%c wants one character");
      spec.type = 's';
      return AppendFormatted(run_, out_, value, spec);
    }
    if (!absl::StrContains("diuoxXeEfFgGc", type)) {
      return Fail(
          absl::StrCat("'%", std::string(1, type), "' is no placeholder"));
    }
    return Numeric(type, value, spec);
  }

  bool Numeric(char type, Value value, FormatSpec spec) {
    if (zero_ && spec.align == '>') {
      spec.fill = "0";
      spec.align = '=';
    }
    if (absl::StrContains("diu", type)) {
      spec.type = 'd';
      if (value.is_float() && std::isfinite(value.real()) &&
          std::abs(value.real()) < 9e18) {
        value = Value::Int(static_cast<int64_t>(value.real()));
      }
    }
    if (!value.is_number()) {
      if (value.is_undefined()) {
        run_.FailUndefined(value);
        return false;
      }
      return Fail(absl::StrCat("'%", std::string(1, type),
                               "' wants a number, got ", TypeName(value)));
    }
    if (value.is_bool()) value = Value::Int(value.integer());
    return AppendFormatted(run_, out_, value, spec);
  }

  Run& run_;
  absl::string_view rest_;
  const Value values_;
  TextBuilder out_;
  int64_t used_ = 0;
  bool zero_ = false;  // Flag of the placeholder at hand.
};

}  // namespace

Value PercentFormat(Run& run, const Value& format, const Value& values) {
  return Formatter(run, format.text(), values).Format();
}

}  // namespace kaito::runtime::jinja
