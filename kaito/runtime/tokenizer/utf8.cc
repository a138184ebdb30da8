#include "kaito/runtime/tokenizer/utf8.h"

#include <cstdint>
#include <cstring>
#include <string>

#include "absl/strings/string_view.h"

namespace kaito::runtime::tokenization {
namespace {

// Length of the ASCII run at the start of `text`, in steps of eight bytes.
size_t AsciiPrefix(absl::string_view text) {
  size_t i = 0;
  for (; i + 8 <= text.size(); i += 8) {
    uint64_t word;
    std::memcpy(&word, text.data() + i, 8);
    if ((word & 0x8080808080808080u) != 0) break;
  }
  return i;
}

// Length of the well-formed text at the start of `text`.
size_t WellFormedPrefix(absl::string_view text) {
  size_t i = 0;
  while (i < text.size()) {
    if (const size_t ascii = AsciiPrefix(text.substr(i)); ascii > 0) {
      i += ascii;
      continue;
    }
    const Utf8Unit unit = ReadUtf8Unit(text.substr(i));
    if (unit.kind != Utf8Unit::kCharacter) break;
    i += unit.size;
  }
  return i;
}

}  // namespace

void AppendUtf8(char32_t c, std::string* out) {
  const auto push = [out](uint32_t byte) {
    out->push_back(static_cast<char>(byte));
  };
  if (c < 0x80) {
    push(c);
  } else if (c < 0x800) {
    push(0xC0 | c >> 6);
    push(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    push(0xE0 | c >> 12);
    push(0x80 | (c >> 6 & 0x3F));
    push(0x80 | (c & 0x3F));
  } else {
    push(0xF0 | c >> 18);
    push(0x80 | (c >> 12 & 0x3F));
    push(0x80 | (c >> 6 & 0x3F));
    push(0x80 | (c & 0x3F));
  }
}

Utf8Unit ReadUtf8Unit(absl::string_view text) {
  const auto first = static_cast<uint8_t>(text[0]);
  if (first < 0x80) return {Utf8Unit::kCharacter, 1};
  if (first < 0xC2 || first > 0xF4) return {Utf8Unit::kIllFormed, 1};
  const int size = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  // The second byte's range excludes overlong forms, surrogates, and what lies
  // beyond U+10FFFF.
  uint8_t low = 0x80;
  uint8_t high = 0xBF;
  if (first == 0xE0) low = 0xA0;
  if (first == 0xED) high = 0x9F;
  if (first == 0xF0) low = 0x90;
  if (first == 0xF4) high = 0x8F;
  for (int i = 1; i < size; ++i) {
    if (static_cast<size_t>(i) == text.size()) {
      return {Utf8Unit::kIncomplete, i};
    }
    const auto byte = static_cast<uint8_t>(text[i]);
    if (byte < low || byte > high) return {Utf8Unit::kIllFormed, i};
    low = 0x80;
    high = 0xBF;
  }
  return {Utf8Unit::kCharacter, size};
}

void CleanUtf8(absl::string_view input, bool with_places, CleanText* out) {
  size_t i = WellFormedPrefix(input);
  if (i == input.size()) {
    out->text = input;
    return;
  }
  const auto copy = [&](size_t begin, size_t size) {
    out->storage.append(input.data() + begin, size);
    for (size_t k = 0; with_places && k < size; ++k) {
      out->places.push_back(static_cast<uint32_t>(begin + k));
    }
  };
  copy(0, i);
  while (i < input.size()) {
    const Utf8Unit unit = ReadUtf8Unit(input.substr(i));
    if (unit.kind == Utf8Unit::kCharacter) {
      copy(i, unit.size);
    } else {
      out->storage.append(kReplacementCharacter.data(),
                          kReplacementCharacter.size());
      for (size_t k = 0; with_places && k < kReplacementCharacter.size(); ++k) {
        out->places.push_back(static_cast<uint32_t>(i));
      }
    }
    i += unit.size;
  }
  if (with_places) out->places.push_back(static_cast<uint32_t>(input.size()));
  out->text = out->storage;
}

}  // namespace kaito::runtime::tokenization
