#ifndef KAITO_RUNTIME_CHAT_TEMPLATE_STRING_LITERAL_H_
#define KAITO_RUNTIME_CHAT_TEMPLATE_STRING_LITERAL_H_

// The escapes of a string in a template: Python's, without \N{name}.

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace kaito::runtime::jinja {

// `text` is what stands between the quotes. A backslash before anything that is
// no escape stays. InvalidArgument for escapes that are cut off or name no
// code point.
absl::StatusOr<std::string> ParseStringLiteral(absl::string_view text);

}  // namespace kaito::runtime::jinja

#endif  // KAITO_RUNTIME_CHAT_TEMPLATE_STRING_LITERAL_H_
