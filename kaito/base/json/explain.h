#ifndef KAITO_BASE_JSON_EXPLAIN_H_
#define KAITO_BASE_JSON_EXPLAIN_H_

// Where, and why, a text is not JSON: only asked after the fast parser refused
// it, which says neither. Private to base/json.

#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace kaito::json {

// "line 3, column 7: unexpected '}'; expected string literal"; nullopt where
// this parser finds nothing wrong.
std::optional<std::string> ExplainSyntaxError(absl::string_view text);

}  // namespace kaito::json

#endif  // KAITO_BASE_JSON_EXPLAIN_H_
