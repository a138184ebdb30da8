#ifndef KAITO_RUNTIME_TOKENIZER_BYTE_ALPHABET_H_
#define KAITO_RUNTIME_TOKENIZER_BYTE_ALPHABET_H_

// The 256 visible characters that stand for bytes in byte-level vocabularies
// (GPT-2's): printable Latin-1 for itself, the rest from U+0100 on, so that the
// space is Ġ and the line feed Ċ.

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace kaito::runtime::tokenization {

// The character of a byte, in UTF-8.
absl::string_view CharacterOfByte(uint8_t byte);

// The bytes that a token's characters stand for; nullopt where one of them
// stands for none.
std::optional<std::string> BytesOfCharacters(absl::string_view token);

}  // namespace kaito::runtime::tokenization

#endif  // KAITO_RUNTIME_TOKENIZER_BYTE_ALPHABET_H_
