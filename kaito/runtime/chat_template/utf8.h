#ifndef KAITO_RUNTIME_CHAT_TEMPLATE_UTF8_H_
#define KAITO_RUNTIME_CHAT_TEMPLATE_UTF8_H_

// UTF-8 by code points, which is what Python's strings count in. Except for
// IsValidUtf8, the text must be valid.
//
//   for (Utf8Reader reader(text); !reader.done();) Use(reader.Next());
//   absl::string_view third = text.substr(Utf8Offset(text, 3));

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace kaito::runtime::jinja {

// No surrogates, no overlong forms, nothing beyond U+10FFFF (RFC 3629).
bool IsValidUtf8(absl::string_view text);

int64_t Utf8Length(absl::string_view text);

// The byte where code point `index` begins; the text's end where it is shorter.
int64_t Utf8Offset(absl::string_view text, int64_t index);

void AppendUtf8(std::string& to, char32_t code_point);

class Utf8Reader {
 public:
  explicit Utf8Reader(absl::string_view text)
      : at_(text.data()), end_(text.data() + text.size()) {}

  bool done() const { return at_ == end_; }
  const char* position() const { return at_; }
  char32_t Next();

  // The code point at the text's end, from which it goes backwards.
  static char32_t Last(absl::string_view text, int64_t* bytes);

 private:
  const char* at_;
  const char* end_;
};

}  // namespace kaito::runtime::jinja

#endif  // KAITO_RUNTIME_CHAT_TEMPLATE_UTF8_H_
