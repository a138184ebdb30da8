#ifndef KAITO_RUNTIME_CHAT_TEMPLATE_LEXER_H_
#define KAITO_RUNTIME_CHAT_TEMPLATE_LEXER_H_

// Cuts a template into tokens, with the settings that transformers gives Jinja:
// trim_blocks and lstrip_blocks. White space is settled here: data tokens hold
// exactly what is printed.
//
//   KAITO_ASSIGN_OR_RETURN(const std::vector<Token> tokens,
//                          Tokenize(source, arena));
//
// `source` must be UTF-8 with "\n" as the only line end, and outlive the
// tokens (NormalizeSource makes it so).

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/runtime/chat_template/arena.h"

namespace kaito::runtime::jinja {

enum class TokenKind : uint8_t {
  kData,        // Text to print.
  kPrintBegin,  // {{
  kPrintEnd,    // }}
  kBlockBegin,  // {%
  kBlockEnd,    // %}
  kName,        // Keywords too.
  kString,
  kInteger,
  kFloat,
  kOperator,
  kEnd,
};

struct Token {
  TokenKind kind = TokenKind::kEnd;
  // Data, a name, an operator, or a string without quotes and escapes.
  absl::string_view text;
  int64_t integer = 0;
  double real = 0;
  int32_t line = 1;
  int32_t column = 1;  // In code points.

  bool Is(absl::string_view op) const {
    return kind == TokenKind::kOperator && text == op;
  }
  bool IsName(absl::string_view name) const {
    return kind == TokenKind::kName && text == name;
  }
};

// Line ends as "\n", and without the last one, which Jinja drops.
std::string NormalizeSource(absl::string_view text);

// The last token is kEnd. Errors are ToStatus (template_error.h) with the line.
absl::StatusOr<std::vector<Token>> Tokenize(absl::string_view source,
                                            Arena& arena);

}  // namespace kaito::runtime::jinja

#endif  // KAITO_RUNTIME_CHAT_TEMPLATE_LEXER_H_
