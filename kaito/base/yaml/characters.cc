#include "kaito/base/yaml/characters.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace kaito::yaml {
namespace {

// The code point at the front of `s` and its length, or length 0 where it is no
// UTF-8.
std::pair<uint32_t, size_t> DecodeUtf8(absl::string_view s) {
  const auto byte = [&](size_t i) -> uint32_t {
    return static_cast<uint8_t>(s[i]);
  };
  const uint32_t first = byte(0);
  if (first < 0x80) return {first, 1};
  const size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || s.size() < length) return {0, 0};
  uint32_t point = first & (0x7F >> length);
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {0, 0};
    point = point << 6 | (byte(i) & 0x3F);
  }
  // The smallest code point of each length: only the shortest form is right.
  constexpr uint32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = point >= 0xD800 && point <= 0xDFFF;
  if (point < kSmallest[length] || point > 0x10FFFF || surrogate) return {0, 0};
  return {point, length};
}

bool IsAllowed(uint32_t point) {
  if (point < 0x20) return point == '\t' || point == '\n' || point == '\r';
  return (point < 0x7F || point > 0x9F) && point != 0x2028 && point != 0x2029 &&
         point != 0xFFFE && point != 0xFFFF;
}

}  // namespace

bool IsUtf8(absl::string_view text) {
  while (!text.empty()) {
    const size_t length = DecodeUtf8(text).second;
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::optional<BadCharacter> FindBadCharacter(absl::string_view text) {
  for (size_t i = 0; i < text.size();) {
    const auto [point, length] = DecodeUtf8(text.substr(i));
    if (length == 0) {
      return BadCharacter{
          i, absl::StrCat(
                 "byte 0x",
                 absl::Hex(static_cast<uint8_t>(text[i]), absl::kZeroPad2),
                 " isn't UTF-8")};
    }
    const bool lone_return =
        point == '\r' && (i + 1 >= text.size() || text[i + 1] != '\n');
    if (!IsAllowed(point) || lone_return) {
      return BadCharacter{
          i, absl::StrCat("character U+", absl::Hex(point, absl::kZeroPad4),
                          " isn't allowed; it may be written as an escape in "
                          "double quotes")};
    }
    i += length;
  }
  return std::nullopt;
}

}  // namespace kaito::yaml
