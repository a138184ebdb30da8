#ifndef KAITO_RUNTIME_TOKENIZER_TOKENIZE_COMMAND_H_
#define KAITO_RUNTIME_TOKENIZER_TOKENIZE_COMMAND_H_

// What `runtime tokenize` makes of one line of its input; main reads and writes
// the lines.
//
//   {"text": "Hi", "add_special_tokens": true}
//     → {"ids": [1, …], "tokens": ["<s>", …], "offsets": [[0, 0], …]}
//   {"ids": [1, …], "skip_special_tokens": false}  → {"text": "<s>Hi"}
//   {"ids": [1, …], "stream": true}  → {"emitted": ["<s>", …], "flush": ""}
//
// add_special_tokens is true, and the other two false, where the line lacks
// them. Offsets count code points.

#include <string>

#include "absl/strings/string_view.h"
#include "kaito/runtime/tokenizer/tokenizer.h"

namespace kaito::runtime {

// One line of JSON without a line feed. A bad line gives {"error": …}.
std::string TokenizeLine(const Tokenizer& tokenizer, absl::string_view line);

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_TOKENIZER_TOKENIZE_COMMAND_H_
