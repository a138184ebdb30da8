#ifndef KAITO_BASE_YAML_CHARACTERS_H_
#define KAITO_BASE_YAML_CHARACTERS_H_

// Which bytes a YAML text may be made of. For yaml.cc: checked before yaml-cpp
// sees the text, since it guesses encodings and takes some control characters
// for the end.

#include <cstddef>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace kaito::yaml {

// RFC 3629: no surrogates, no overlong forms, nothing beyond U+10FFFF.
bool IsUtf8(absl::string_view text);

struct BadCharacter {
  size_t offset = 0;
  std::string reason;
};

// The first byte that isn't UTF-8, or the first character that YAML 1.1 (5.1)
// forbids, or that ends a line for some readers only (a lone carriage return,
// U+0085, U+2028, U+2029).
std::optional<BadCharacter> FindBadCharacter(absl::string_view text);

}  // namespace kaito::yaml

#endif  // KAITO_BASE_YAML_CHARACTERS_H_
