#include "kaito/runtime/tokenizer/byte_alphabet.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "kaito/runtime/tokenizer/utf8.h"

namespace kaito::runtime::tokenization {
namespace {

constexpr int kCharacters = 0x144;  // The last one is U+0143.

constexpr bool StandsForItself(int byte) {
  return (byte >= 0x21 && byte <= 0x7E) || (byte >= 0xA1 && byte <= 0xAC) ||
         byte >= 0xAE;
}

struct Tables {
  std::array<char[2], 256> characters{};
  std::array<uint8_t, 256> sizes{};
  std::array<int16_t, kCharacters> bytes{};  // -1 for none.
};

constexpr Tables MakeTables() {
  Tables tables;
  tables.bytes.fill(-1);
  int next = 0x100;
  for (int byte = 0; byte < 256; ++byte) {
    const int c = StandsForItself(byte) ? byte : next++;
    tables.bytes[c] = static_cast<int16_t>(byte);
    if (c < 0x80) {
      tables.sizes[byte] = 1;
      tables.characters[byte][0] = static_cast<char>(c);
    } else {
      tables.sizes[byte] = 2;
      tables.characters[byte][0] = static_cast<char>(0xC0 | c >> 6);
      tables.characters[byte][1] = static_cast<char>(0x80 | (c & 0x3F));
    }
  }
  return tables;
}

constexpr Tables kTables = MakeTables();

}  // namespace

absl::string_view CharacterOfByte(uint8_t byte) {
  return absl::string_view(kTables.characters[byte], kTables.sizes[byte]);
}

std::optional<std::string> BytesOfCharacters(absl::string_view token) {
  std::string bytes;
  for (size_t i = 0; i < token.size(); i += Utf8Size(token[i])) {
    const char32_t c = DecodeUtf8(token.data() + i);
    if (c >= kCharacters || kTables.bytes[c] < 0) return std::nullopt;
    bytes.push_back(static_cast<char>(kTables.bytes[c]));
  }
  return bytes;
}

}  // namespace kaito::runtime::tokenization
