#ifndef KAITO_RUNTIME_TOKENIZER_UTF8_H_
#define KAITO_RUNTIME_TOKENIZER_UTF8_H_

// Code points in UTF-8. Text from outside passes CleanUtf8 once; everything
// after it may rely on well-formed text and use the unchecked functions.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace kaito::runtime::tokenization {

// U+FFFD, which stands for what is not UTF-8.
inline constexpr absl::string_view kReplacementCharacter = "\xEF\xBF\xBD";

// Bytes of the character whose first byte this is.
inline int Utf8Size(char first) {
  const auto b = static_cast<uint8_t>(first);
  return b < 0x80 ? 1 : b < 0xE0 ? 2 : b < 0xF0 ? 3 : 4;
}

inline bool IsUtf8Continuation(char byte) {
  return (static_cast<uint8_t>(byte) & 0xC0) == 0x80;
}

// The character at `p`, which begins a well-formed one.
inline char32_t DecodeUtf8(const char* p) {
  const auto b = [p](int i) { return static_cast<uint8_t>(p[i]); };
  if (b(0) < 0x80) return b(0);
  if (b(0) < 0xE0) return (b(0) & 0x1Fu) << 6 | (b(1) & 0x3Fu);
  if (b(0) < 0xF0) {
    return (b(0) & 0x0Fu) << 12 | (b(1) & 0x3Fu) << 6 | (b(2) & 0x3Fu);
  }
  return (b(0) & 0x07u) << 18 | (b(1) & 0x3Fu) << 12 | (b(2) & 0x3Fu) << 6 |
         (b(3) & 0x3Fu);
}

void AppendUtf8(char32_t c, std::string* out);

// What begins at a place of a text that may be anything.
struct Utf8Unit {
  enum Kind {
    kCharacter,
    kIllFormed,   // A maximal subpart: it becomes one U+FFFD.
    kIncomplete,  // The text ends inside what may be a character.
  };
  Kind kind;
  int size;  // In bytes, 1 to 4.
};

// `text` is not empty.
Utf8Unit ReadUtf8Unit(absl::string_view text);

// Text from outside, with each ill-formed part (maximal subpart, as Unicode and
// the other tokenizers have it) replaced by U+FFFD.
struct CleanText {
  absl::string_view text;  // The input itself, where it was well-formed.
  std::string storage;     // Else what `text` shows.
  // Place in the input of each byte of `text`, and of its end; empty where the
  // input was well-formed.
  std::vector<uint32_t> places;

  CleanText() = default;
  // `text` may point into `storage`.
  CleanText(const CleanText&) = delete;
  CleanText& operator=(const CleanText&) = delete;
};

void CleanUtf8(absl::string_view input, bool with_places, CleanText* out);

}  // namespace kaito::runtime::tokenization

#endif  // KAITO_RUNTIME_TOKENIZER_UTF8_H_
