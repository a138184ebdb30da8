#ifndef KAITO_RUNTIME_CHAT_TEMPLATE_WORD_WRAP_H_
#define KAITO_RUNTIME_CHAT_TEMPLATE_WORD_WRAP_H_

// Breaks a line between words: Python's textwrap.wrap as the filter `wordwrap`
// calls it. Hyphens break between two letters; textwrap's finer rules for
// dashes are left out.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace kaito::runtime::jinja {

struct WrapOptions {
  int64_t width = 79;  // In code points; above 0.
  bool break_long_words = true;
  bool break_on_hyphens = true;
};

std::vector<std::string> WrapLine(absl::string_view line,
                                  const WrapOptions& options);

}  // namespace kaito::runtime::jinja

#endif  // KAITO_RUNTIME_CHAT_TEMPLATE_WORD_WRAP_H_
