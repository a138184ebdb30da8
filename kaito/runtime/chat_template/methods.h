#ifndef KAITO_RUNTIME_CHAT_TEMPLATE_METHODS_H_
#define KAITO_RUNTIME_CHAT_TEMPLATE_METHODS_H_

// The methods that Python's types have, as far as the sandbox lets templates
// see them: 'x'.upper(), d.items(), l.index(2), loop.cycle('a', 'b').

#include "absl/strings/string_view.h"
#include "kaito/runtime/chat_template/method_entry.h"
#include "kaito/runtime/chat_template/value.h"

namespace kaito::runtime::jinja {

// Null where the type has no such method.
const MethodEntry* FindMethod(Kind kind, absl::string_view name);

}  // namespace kaito::runtime::jinja

#endif  // KAITO_RUNTIME_CHAT_TEMPLATE_METHODS_H_
