#include "kaito/runtime/chat_template/format_spec.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/runtime/chat_template/numbers.h"
#include "kaito/runtime/chat_template/repr.h"
#include "kaito/runtime/chat_template/run.h"
#include "kaito/runtime/chat_template/utf8.h"
#include "kaito/runtime/chat_template/value.h"

namespace kaito::runtime::jinja {
namespace {

// Longer than any double needs; what asks for more gets a limit error anyway
// when it is padded.
constexpr int64_t kMaxPrecision = 100'000;

bool IsAlign(char c) { return c != 0 && absl::StrContains("<>^=", c); }

// Digits at the front as a number; -1 where there are none, nullopt where they
// are too many.
std::optional<int64_t> TakeNumber(absl::string_view& text) {
  int64_t number = -1;
  while (!text.empty() && absl::ascii_isdigit(text[0])) {
    number = std::max<int64_t>(number, 0) * 10 + (text[0] - '0');
    if (number > (int64_t{1} << 40)) return std::nullopt;
    text.remove_prefix(1);
  }
  return number;
}

bool Take(absl::string_view& text, char c) {
  if (text.empty() || text[0] != c) return false;
  text.remove_prefix(1);
  return true;
}

void TakeAlign(absl::string_view& text, FormatSpec& spec) {
  if (text.empty()) return;
  Utf8Reader reader(text);
  reader.Next();
  const size_t first = reader.position() - text.data();
  if (text.size() > first && IsAlign(text[first])) {
    spec.fill = text.substr(0, first);
    spec.align = text[first];
    text.remove_prefix(first + 1);
  } else if (IsAlign(text[0])) {
    spec.align = text[0];
    text.remove_prefix(1);
  }
}

bool AppendPadded(TextBuilder& to, const FormatSpec& spec, char own_align,
                  absl::string_view prefix, absl::string_view body) {
  const int64_t pad =
      std::max<int64_t>(0, spec.width - Utf8Length(prefix) - Utf8Length(body));
  const char align = spec.align != 0 ? spec.align : own_align;
  int64_t left = 0;
  if (align == '>') left = pad;
  if (align == '^') left = pad / 2;
  const int64_t inside = align == '=' ? pad : 0;
  return to.Append(left, spec.fill) && to.Append(prefix) &&
         to.Append(inside, spec.fill) && to.Append(body) &&
         to.Append(pad - left - inside, spec.fill);
}

bool FailSpec(Run& run, const FormatSpec& spec, const Value& value) {
  const std::string type =
      spec.type == 0 ? "this format"
                     : absl::StrCat("format '", std::string(1, spec.type), "'");
  run.Fail(absl::StrCat(type, " doesn't take a ", TypeName(value)));
  return false;
}

// "1234567" -> "1,234,567", of the digits at the front.
std::string Grouped(absl::string_view digits, const FormatSpec& spec) {
  if (spec.grouping == 0) return std::string(digits);
  const bool decimal =
      spec.type == 0 || absl::StrContains("dnfFeEgG%", spec.type);
  const size_t group = decimal ? 3 : 4;
  size_t whole = 0;
  while (whole < digits.size() && absl::ascii_isxdigit(digits[whole]) &&
         (!decimal || absl::ascii_isdigit(digits[whole]))) {
    ++whole;
  }
  std::string out;
  for (size_t i = 0; i < whole; ++i) {
    if (i > 0 && (whole - i) % group == 0) out += spec.grouping;
    out += digits[i];
  }
  return absl::StrCat(out, digits.substr(whole));
}

std::string SignOf(bool negative, const FormatSpec& spec) {
  if (negative) return "-";
  return spec.sign == '-' ? "" : std::string(1, spec.sign);
}

std::string Digits(uint64_t n, int base, bool upper) {
  const char* const alphabet = upper ? "0123456789ABCDEF" : "0123456789abcdef";
  std::string out;
  do {
    out += alphabet[n % base];
    n /= base;
  } while (n != 0);
  std::reverse(out.begin(), out.end());
  return out;
}

bool AppendInt(Run& run, TextBuilder& to, const Value& value,
               const FormatSpec& spec) {
  const int64_t n = value.integer();
  if (spec.type == 'c') {
    if (n < 0 || n > 0x10FFFF || (n >= 0xD800 && n < 0xE000)) {
      return FailSpec(run, spec, value);
    }
    std::string one;
    AppendUtf8(one, static_cast<char32_t>(n));
    return AppendPadded(to, spec, '<', "", one);
  }
  int base = 10;
  std::string prefix = SignOf(n < 0, spec);
  const bool upper = spec.type == 'X';
  switch (spec.type) {
    case 'b':
      base = 2;
      break;
    case 'o':
      base = 8;
      break;
    case 'x':
    case 'X':
      base = 16;
      break;
    default:
      break;
  }
  if (spec.alternative && base != 10) {
    absl::StrAppend(&prefix, "0",
                    base == 16  ? std::string(1, spec.type)
                    : base == 8 ? "o"
                                : "b");
  }
  const uint64_t magnitude = n < 0 ? -static_cast<uint64_t>(n) : n;
  std::string digits = Digits(magnitude, base, upper);
  // Only "%.5d" brings a precision here.
  if (spec.precision > static_cast<int64_t>(digits.size())) {
    if (!run.Reserve(spec.precision)) return false;
    digits.insert(0, spec.precision - digits.size(), '0');
  }
  return AppendPadded(to, spec, '>', prefix, Grouped(digits, spec));
}

// The digits of a finite double that isn't negative.
std::string FloatDigits(double d, const FormatSpec& spec) {
  const bool percent = spec.type == '%';
  const char type = percent ? 'f' : spec.type == 'n' ? 'g' : spec.type;
  if (type == 0 && spec.precision < 0) return FloatRepr(d);
  std::string format = absl::StrCat("%", spec.alternative ? "#" : "", ".*",
                                    std::string(1, type == 0 ? 'g' : type));
  const int precision =
      static_cast<int>(spec.precision < 0 ? 6 : spec.precision);
  const double shown = percent ? d * 100 : d;
  const int size = std::snprintf(nullptr, 0, format.c_str(), precision, shown);
  std::string text(size + 1, '\0');
  std::snprintf(text.data(), text.size(), format.c_str(), precision, shown);
  text.resize(size);
  if (type == 0 && text.find_first_of(".e") == std::string::npos) {
    text += ".0";
  }
  if (percent) text += '%';
  return text;
}

bool AppendFloat(Run& run, TextBuilder& to, double d, const FormatSpec& spec) {
  if (!run.Reserve(std::max<int64_t>(spec.precision, 0) + 400)) return false;
  if (spec.precision > kMaxPrecision) {
    run.Fail(absl::StrCat("a precision of ", spec.precision, " is too large"));
    return false;
  }
  const std::string sign = SignOf(std::signbit(d) && !std::isnan(d), spec);
  std::string digits;
  if (std::isfinite(d)) {
    digits = FloatDigits(std::abs(d), spec);
  } else {
    digits = std::isnan(d) ? "nan" : "inf";
    if (absl::ascii_isupper(spec.type)) absl::AsciiStrToUpper(&digits);
    if (spec.type == '%') digits += '%';
  }
  return AppendPadded(to, spec, '>', sign, Grouped(digits, spec));
}

bool AppendText(Run& run, TextBuilder& to, const Value& value,
                const FormatSpec& spec) {
  absl::string_view text = value.text();
  if (!run.WorkOnText(text.size())) return false;
  if (spec.precision >= 0) {
    text = text.substr(0, Utf8Offset(text, spec.precision));
  }
  return AppendPadded(to, spec, '<', "", text);
}

}  // namespace

std::optional<FormatSpec> ParseFormatSpec(absl::string_view text) {
  FormatSpec spec;
  TakeAlign(text, spec);
  if (!text.empty() && absl::StrContains("+- ", text[0])) {
    spec.sign = text[0];
    text.remove_prefix(1);
  }
  spec.alternative = Take(text, '#');
  if (Take(text, '0') && spec.align == 0) {
    spec.fill = "0";
    spec.align = '=';
  }
  const std::optional<int64_t> width = TakeNumber(text);
  if (!width.has_value()) return std::nullopt;
  spec.width = std::max<int64_t>(*width, 0);
  if (!text.empty() && (text[0] == ',' || text[0] == '_')) {
    spec.grouping = text[0];
    text.remove_prefix(1);
  }
  if (Take(text, '.')) {
    const std::optional<int64_t> precision = TakeNumber(text);
    if (precision.value_or(-1) < 0) return std::nullopt;
    spec.precision = *precision;
  }
  if (!text.empty() && absl::StrContains("bcdeEfFgGnosxX%", text[0])) {
    spec.type = text[0];
    text.remove_prefix(1);
  }
  if (!text.empty()) return std::nullopt;
  return spec;
}

bool AppendFormatted(Run& run, TextBuilder& to, const Value& value,
                     const FormatSpec& spec) {
  const bool for_text = spec.type == 0 || spec.type == 's';
  const bool for_float =
      spec.type != 0 && absl::StrContains("eEfFgG%", spec.type);
  if (value.is_string()) {
    if (!for_text || spec.align == '=') {
      // "05" of a text pads with zeros on the right, as its own alignment.
      if (!for_text || spec.fill != "0") return FailSpec(run, spec, value);
      FormatSpec left = spec;
      left.align = '<';
      return AppendText(run, to, value, left);
    }
    return AppendText(run, to, value, spec);
  }
  const bool plain = for_text && spec.width == 0 && spec.precision < 0;
  if (!value.is_number() || (value.is_bool() && plain && spec.type == 0)) {
    if (!plain) return FailSpec(run, spec, value);
    return AppendStr(run, to, value);
  }
  if (spec.type == 's') return FailSpec(run, spec, value);
  if (value.is_float()) {
    if (spec.type != 0 && !for_float && spec.type != 'n') {
      return FailSpec(run, spec, value);
    }
    return AppendFloat(run, to, value.real(), spec);
  }
  if (for_float) {
    return AppendFloat(run, to, static_cast<double>(value.integer()), spec);
  }
  return AppendInt(run, to, value, spec);
}

}  // namespace kaito::runtime::jinja
