#include "kaito/base/yaml/scalar.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <variant>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "kaito/base/json/value.h"

namespace kaito::yaml {
namespace {

// Whether `text` is `word`, which is in lower case, or "Word", or "WORD".
bool IsWord(absl::string_view text, absl::string_view word) {
  if (!absl::EqualsIgnoreCase(text, word)) return false;
  return text.substr(1) == word.substr(1) ||
         text == absl::AsciiStrToUpper(word);
}

bool IsNull(absl::string_view text) {
  return text.empty() || text == "~" || IsWord(text, "null");
}

std::optional<bool> ResolveBoolean(absl::string_view text) {
  for (absl::string_view word : {"true", "yes", "on", "y"}) {
    if (IsWord(text, word)) return true;
  }
  for (absl::string_view word : {"false", "no", "off", "n"}) {
    if (IsWord(text, word)) return false;
  }
  return std::nullopt;
}

// monostate: no number. (No optional of json::Value in this file: with
// sanitizers, gcc 12 takes its moves for reads of uninitialised memory.)
using Number = std::variant<std::monostate, int64_t, double>;

// The longest front of `text` that is made of digits, cut off.
absl::string_view ConsumeDigits(absl::string_view* text) {
  size_t n = 0;
  while (n < text->size() && absl::ascii_isdigit((*text)[n])) ++n;
  const absl::string_view digits = text->substr(0, n);
  text->remove_prefix(n);
  return digits;
}

bool ConsumeSign(absl::string_view* text) {
  return absl::ConsumePrefix(text, "-") || absl::ConsumePrefix(text, "+");
}

// Digits with a point in front, among or after them, perhaps an exponent.
bool IsDecimal(absl::string_view text) {
  ConsumeSign(&text);
  bool digits = !ConsumeDigits(&text).empty();
  const bool whole = digits;
  if (absl::ConsumePrefix(&text, ".")) {
    digits = !ConsumeDigits(&text).empty() || whole;
  }
  if (!digits) return false;
  if (absl::ConsumePrefix(&text, "e") || absl::ConsumePrefix(&text, "E")) {
    ConsumeSign(&text);
    if (ConsumeDigits(&text).empty()) return false;
  }
  return text.empty();
}

Number ResolveDecimal(absl::string_view text) {
  double d = 0;
  if (!IsDecimal(text) || !absl::SimpleAtod(text, &d) || !std::isfinite(d)) {
    return Number();
  }
  return d;
}

// The prefix of a base other than ten, cut off.
int ConsumeBase(absl::string_view* text) {
  if (text->size() < 2 || text->front() != '0') return 10;
  switch (absl::ascii_tolower((*text)[1])) {
    case 'x':
      text->remove_prefix(2);
      return 16;
    case 'o':
      text->remove_prefix(2);
      return 8;
    case 'b':
      text->remove_prefix(2);
      return 2;
    default:
      text->remove_prefix(1);
      return 8;
  }
}

// nullopt where the text is no integer, or beyond uint64_t.
std::optional<uint64_t> Magnitude(absl::string_view digits, uint64_t base) {
  if (digits.empty()) return std::nullopt;
  uint64_t value = 0;
  for (const char c : digits) {
    uint64_t digit = 99;
    if (absl::ascii_isdigit(c)) {
      digit = c - '0';
    } else if (absl::ascii_isalpha(c)) {
      digit = absl::ascii_tolower(c) - 'a' + 10;
    }
    constexpr uint64_t kMax = std::numeric_limits<uint64_t>::max();
    if (digit >= base || value > (kMax - digit) / base) return std::nullopt;
    value = value * base + digit;
  }
  return value;
}

Number ResolveInteger(absl::string_view text) {
  const bool negative = absl::StartsWith(text, "-");
  const bool sign = ConsumeSign(&text);
  const int base = ConsumeBase(&text);
  const std::optional<uint64_t> magnitude = Magnitude(text, base);
  if (!magnitude.has_value()) return Number();
  constexpr uint64_t kLimit = uint64_t{1} << 63;
  if (*magnitude < kLimit) {
    const auto n = static_cast<int64_t>(*magnitude);
    return negative ? -n : n;
  }
  if (negative && *magnitude == kLimit) {
    return std::numeric_limits<int64_t>::min();
  }
  // Go reads the upper half of uint64_t only without a sign.
  if (sign) return Number();
  return static_cast<double>(*magnitude);
}

// What begins with a point may have underscores only between two digits; what
// begins with a digit or sign, anywhere.
bool UnderscoresSeparateDigits(absl::string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '_') continue;
    if (i == 0 || i + 1 == text.size() || !absl::ascii_isdigit(text[i - 1]) ||
        !absl::ascii_isdigit(text[i + 1])) {
      return false;
    }
  }
  return true;
}

Number ResolveNumber(absl::string_view text) {
  absl::string_view unsigned_text = text;
  const bool negative = absl::ConsumePrefix(&unsigned_text, "-");
  if (!negative) absl::ConsumePrefix(&unsigned_text, "+");
  if (IsWord(unsigned_text, ".inf") || unsigned_text == ".Inf") {
    const double infinity = std::numeric_limits<double>::infinity();
    return negative ? -infinity : infinity;
  }
  if (text == ".nan" || text == ".NaN" || text == ".NAN") {
    return std::numeric_limits<double>::quiet_NaN();
  }
  if (text[0] == '.' && !UnderscoresSeparateDigits(text)) return Number();
  const std::string plain = absl::StrReplaceAll(text, {{"_", ""}});
  if (text[0] != '.') {
    const Number integer = ResolveInteger(plain);
    if (integer.index() != 0) return integer;
  }
  return ResolveDecimal(plain);
}

}  // namespace

json::Value ResolvePlain(absl::string_view text) {
  if (IsNull(text)) return json::Value();
  if (const auto b = ResolveBoolean(text)) return *b;
  const char first = text[0];
  if (absl::ascii_isdigit(first) || first == '-' || first == '+' ||
      first == '.') {
    const Number number = ResolveNumber(text);
    if (const auto* n = std::get_if<int64_t>(&number)) return *n;
    if (const auto* d = std::get_if<double>(&number)) return *d;
  }
  return text;
}

}  // namespace kaito::yaml
