#ifndef KAITO_RUNTIME_COMMANDS_LINE_FILTER_H_
#define KAITO_RUNTIME_COMMANDS_LINE_FILTER_H_

// One line out for each line in: what `tokenize` and `render` do between
// standard input and output.
//
//   return FilterLines(std::cin, std::cout,
//                      [&](absl::string_view line, int64_t number) {
//                        return TokenizeLine(*tokenizer, line);
//                      });

#include <cstdint>
#include <istream>
#include <ostream>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace kaito::runtime {

inline constexpr int64_t kMaxLineBytes = int64_t{64} << 20;

// Flushes after each line, since the other end may wait for it. Empty lines
// give none; numbers count all, from 1. InvalidArgument for a line that is too
// long, Unavailable where `out` can't be written.
absl::Status FilterLines(
    std::istream& in, std::ostream& out,
    absl::FunctionRef<std::string(absl::string_view line, int64_t number)>
        answer);

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_COMMANDS_LINE_FILTER_H_
