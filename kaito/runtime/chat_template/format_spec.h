#ifndef KAITO_RUNTIME_CHAT_TEMPLATE_FORMAT_SPEC_H_
#define KAITO_RUNTIME_CHAT_TEMPLATE_FORMAT_SPEC_H_

// One placeholder of a format: how wide, which sign, how many digits. Behind
// both "%05d" and "{:>5}".

#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"
#include "kaito/runtime/chat_template/run.h"
#include "kaito/runtime/chat_template/value.h"

namespace kaito::runtime::jinja {

struct FormatSpec {
  absl::string_view fill = " ";
  char align = 0;  // '<', '>', '^', '='; 0 is the type's own.
  char sign = '-';
  bool alternative = false;  // '#'
  char grouping = 0;         // ',' or '_'
  int64_t width = 0;
  int64_t precision = -1;  // Not given.
  char type = 0;           // Not given.
};

// "[[fill]align][sign][#][0][width][grouping][.precision][type]"; nullopt where
// it isn't that.
std::optional<FormatSpec> ParseFormatSpec(absl::string_view text);

// False, with the failure set, where the type of the value or a limit is
// against it.
bool AppendFormatted(Run& run, TextBuilder& to, const Value& value,
                     const FormatSpec& spec);

}  // namespace kaito::runtime::jinja

#endif  // KAITO_RUNTIME_CHAT_TEMPLATE_FORMAT_SPEC_H_
