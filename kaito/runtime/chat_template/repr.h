#ifndef KAITO_RUNTIME_CHAT_TEMPLATE_REPR_H_
#define KAITO_RUNTIME_CHAT_TEMPLATE_REPR_H_

// Values as text: Python's str() and repr().

#include <string>

#include "absl/strings/string_view.h"
#include "kaito/runtime/chat_template/run.h"
#include "kaito/runtime/chat_template/value.h"

namespace kaito::runtime::jinja {

// False, with the failure set, where a limit is reached.
bool AppendStr(Run& run, TextBuilder& to, const Value& value);
bool AppendRepr(Run& run, TextBuilder& to, const Value& value);

// str(value) as a value; a text is given back as it is.
Value ToStr(Run& run, const Value& value);

// The text in Python's quotes: 'it' or "it's", with escapes for what doesn't
// print.
std::string QuoteText(absl::string_view text);

}  // namespace kaito::runtime::jinja

#endif  // KAITO_RUNTIME_CHAT_TEMPLATE_REPR_H_
