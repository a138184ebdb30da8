#include "kaito/runtime/chat_template/numbers.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <system_error>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace kaito::runtime::jinja {
namespace {

// Without the underscores; nullopt where one isn't between two digits.
std::optional<std::string> DropUnderscores(absl::string_view text) {
  std::string digits;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '_') {
      digits += text[i];
      continue;
    }
    const bool inside = i > 0 && i + 1 < text.size();
    if (!inside || !absl::ascii_isxdigit(text[i - 1]) ||
        !absl::ascii_isxdigit(text[i + 1])) {
      return std::nullopt;
    }
  }
  return digits;
}

// Takes "0x" and its like from the front, and decides what base 0 means.
bool TakePrefix(absl::string_view& text, int& base) {
  const auto take = [&](absl::string_view prefix, int its_base) {
    if (base != 0 && base != its_base) return false;
    if (!absl::StartsWithIgnoreCase(text, prefix)) return false;
    text.remove_prefix(prefix.size());
    base = its_base;
    return true;
  };
  if (take("0x", 16) || take("0o", 8) || take("0b", 2)) {
    if (!text.empty() && text[0] == '_') text.remove_prefix(1);
    return true;
  }
  if (base == 0) {
    base = 10;
    // "012" is no Python literal.
    return text.size() < 2 || text[0] != '0' ||
           text.find_first_not_of("0_") == absl::string_view::npos;
  }
  return true;
}

}  // namespace

std::string FloatRepr(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value < 0 ? "-inf" : "inf";
  char buffer[40];
  const auto end = std::to_chars(buffer, buffer + sizeof(buffer), value,
                                 std::chars_format::scientific)
                       .ptr;
  const absl::string_view text(buffer, end - buffer);  // "-1.25e+07"
  const size_t e = text.find('e');
  absl::string_view mantissa = text.substr(0, e);
  int exponent = 0;
  std::from_chars(text.data() + e + (text[e + 1] == '+' ? 2 : 1), end,
                  exponent);
  // The bounds are those of Python's float_repr_style.
  if (exponent < -4 || exponent >= 16) {
    return absl::StrCat(mantissa, exponent < 0 ? "e-" : "e+",
                        absl::Dec(std::abs(exponent), absl::kZeroPad2));
  }
  std::string out;
  if (mantissa[0] == '-') {
    out = "-";
    mantissa.remove_prefix(1);
  }
  std::string digits(mantissa.substr(0, 1));
  if (mantissa.size() > 2) absl::StrAppend(&digits, mantissa.substr(2));
  if (exponent < 0) {
    return absl::StrCat(out, "0.", std::string(-exponent - 1, '0'), digits);
  }
  const size_t whole = static_cast<size_t>(exponent) + 1;
  if (digits.size() <= whole) {
    return absl::StrCat(out, digits, std::string(whole - digits.size(), '0'),
                        ".0");
  }
  return absl::StrCat(out, digits.substr(0, whole), ".", digits.substr(whole));
}

std::optional<int64_t> ParseInt(absl::string_view text, int base) {
  text = absl::StripAsciiWhitespace(text);
  bool negative = false;
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) {
    negative = text[0] == '-';
    text.remove_prefix(1);
  }
  if (!TakePrefix(text, base)) return std::nullopt;
  const std::optional<std::string> digits = DropUnderscores(text);
  if (!digits.has_value() || digits->empty()) return std::nullopt;
  if (!absl::ascii_isalnum((*digits)[0])) return std::nullopt;
  const std::string number = absl::StrCat(negative ? "-" : "", *digits);
  int64_t value = 0;
  const char* const end = number.data() + number.size();
  const auto result = std::from_chars(number.data(), end, value, base);
  if (result.ec != std::errc() || result.ptr != end) return std::nullopt;
  return value;
}

std::optional<double> ParseFloat(absl::string_view text) {
  text = absl::StripAsciiWhitespace(text);
  const std::optional<std::string> plain = DropUnderscores(text);
  double value = 0;
  if (!plain.has_value() || plain->find_first_of("xX(") != std::string::npos ||
      !absl::SimpleAtod(*plain, &value)) {
    return std::nullopt;
  }
  return value;
}

double RoundFloat(double value, int64_t digits) {
  if (!std::isfinite(value) || digits > 323) return value;
  if (digits < -308) return 0.0 * value;
  if (digits >= 0) {
    char buffer[700];  // 309 digits before the point, 323 after it.
    const int size = std::snprintf(buffer, sizeof(buffer), "%.*f",
                                   static_cast<int>(digits), value);
    double rounded = value;
    std::from_chars(buffer, buffer + std::min<int>(size, sizeof(buffer) - 1),
                    rounded);
    return rounded;
  }
  const double power = std::pow(10.0, static_cast<double>(-digits));
  return std::nearbyint(value / power) * power;
}

}  // namespace kaito::runtime::jinja
