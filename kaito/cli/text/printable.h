#ifndef KAITO_CLI_TEXT_PRINTABLE_H_
#define KAITO_CLI_TEXT_PRINTABLE_H_

// Text from a cluster, or from a model, made safe to print: a name, a message
// or an answer must not move the cursor, change the title or hide what follows.
//
//   out << Printable(condition_message, 500);
//   out << PrintableLines(answer);             // Line feeds and tabs stay.

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace kaito::cli {

// On one line: what a terminal would obey (controls, bidirectional marks, line
// separators) and what is no UTF-8 is shown as \n, \t, \xNN or \u{NNNN}. Of
// more than `max_bytes` the start, and "...".
std::string Printable(absl::string_view text, int64_t max_bytes = 4096);

// As above without a limit; line feeds and tabs stay as they are.
std::string PrintableLines(absl::string_view text);

// Columns that the text takes: a character each. The text is Printable()'s.
int64_t Width(absl::string_view text);

// `text` on lines of at most `width` columns, broken at spaces where it can be,
// each after `indent` spaces; with a line feed after each. `width` 0: one line.
std::string Wrap(absl::string_view text, int64_t indent, int64_t width);

}  // namespace kaito::cli

#endif  // KAITO_CLI_TEXT_PRINTABLE_H_
