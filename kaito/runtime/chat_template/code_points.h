#ifndef KAITO_RUNTIME_CHAT_TEMPLATE_CODE_POINTS_H_
#define KAITO_RUNTIME_CHAT_TEMPLATE_CODE_POINTS_H_

// Classes and case mappings of Unicode as Python's str has them. The tables are
// made at build time from the Unicode data of the Python that builds
// (make_code_points.py).
//
//   if (Is(c, kSpace)) ...
//   std::string shout = MapCase("straße", CaseMap::kUpper);   // "STRASSE"
//
// Not for tokenizers: `tokenizers` has classes of its own.

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace kaito::runtime::jinja {

enum CodePointClass : uint16_t {
  kAlpha = 1 << 0,
  kDecimal = 1 << 1,
  kDigit = 1 << 2,
  kNumeric = 1 << 3,
  kSpace = 1 << 4,
  kPrintable = 1 << 5,
  kLower = 1 << 6,
  kUpper = 1 << 7,
  kTitle = 1 << 8,
  kCased = 1 << 9,
  kIgnoredInCase = 1 << 10,
  kWord = 1 << 11,  // \w of a regular expression.
};

// Whether the code point is in one of the classes.
bool Is(char32_t code_point, uint16_t classes);

enum class CaseMap : uint8_t { kUpper, kLower, kTitle, kFold };

// With the full mappings: "ß" gives "SS", and a sigma at a word's end its final
// form.
std::string MapCase(absl::string_view text, CaseMap map);

// One code point of `text`, at byte `at`, appended; it looks at the text around
// it where the mapping depends on that.
void AppendMapped(std::string& to, absl::string_view text, int64_t at,
                  CaseMap map);

}  // namespace kaito::runtime::jinja

#endif  // KAITO_RUNTIME_CHAT_TEMPLATE_CODE_POINTS_H_
