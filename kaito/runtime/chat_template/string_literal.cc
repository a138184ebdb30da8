#include "kaito/runtime/chat_template/string_literal.h"

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/runtime/chat_template/utf8.h"

namespace kaito::runtime::jinja {
namespace {

// The character that "\n" and its like stand for; nullopt for other letters.
std::optional<char> Simple(char letter) {
  switch (letter) {
    case '\\':
    case '\'':
    case '"':
      return letter;
    case 'a':
      return '\a';
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    case 'v':
      return '\v';
    default:
      return std::nullopt;
  }
}

size_t HexDigits(char letter) {
  switch (letter) {
    case 'x':
      return 2;
    case 'u':
      return 4;
    case 'U':
      return 8;
    default:
      return 0;
  }
}

// Up to three octal digits; 0 is also what "\0" gives.
uint32_t TakeOctal(absl::string_view& text) {
  uint32_t value = 0;
  for (int i = 0; i < 3 && !text.empty() && text[0] >= '0' && text[0] <= '7';
       ++i) {
    value = value * 8 + static_cast<uint32_t>(text[0] - '0');
    text.remove_prefix(1);
  }
  return value;
}

absl::StatusOr<uint32_t> TakeHex(absl::string_view& text, size_t digits) {
  uint32_t value = 0;
  for (size_t i = 0; i < digits; ++i) {
    if (text.empty() || !absl::ascii_isxdigit(text[0])) {
      return absl::InvalidArgumentError(
          absl::StrCat("an escape wants ", digits, " hexadecimal digits"));
    }
    const char c = absl::ascii_tolower(text[0]);
    value =
        value * 16 + static_cast<uint32_t>(c <= '9' ? c - '0' : c - 'a' + 10);
    text.remove_prefix(1);
  }
  if (value > 0x10FFFF || (value >= 0xD800 && value < 0xE000)) {
    return absl::InvalidArgumentError("an escape names no character");
  }
  return value;
}

}  // namespace

absl::StatusOr<std::string> ParseStringLiteral(absl::string_view text) {
  std::string out;
  while (!text.empty()) {
    const char c = text[0];
    text.remove_prefix(1);
    if (c != '\\' || text.empty()) {
      out += c;
      continue;
    }
    const char letter = text[0];
    if (letter >= '0' && letter <= '7') {
      AppendUtf8(out, TakeOctal(text));
      continue;
    }
    text.remove_prefix(1);
    if (const size_t digits = HexDigits(letter); digits > 0) {
      const absl::StatusOr<uint32_t> code = TakeHex(text, digits);
      if (!code.ok()) return code.status();
      AppendUtf8(out, *code);
    } else if (letter == 'N') {
      return absl::InvalidArgumentError("\\N{name} isn't supported; use \\u");
    } else if (const std::optional<char> simple = Simple(letter)) {
      out += *simple;
    } else if (letter != '\n') {  // An escaped line end is none.
      out += '\\';
      out += letter;
    }
  }
  return out;
}

}  // namespace kaito::runtime::jinja
