#ifndef KAITO_RUNTIME_CHAT_TEMPLATE_BUILTINS_H_
#define KAITO_RUNTIME_CHAT_TEMPLATE_BUILTINS_H_

// The functions that every template can call without being given them: Jinja's
// globals, and raise_exception and strftime_now of transformers.

#include "absl/strings/string_view.h"
#include "kaito/runtime/chat_template/objects.h"

namespace kaito::runtime::jinja {

// Null where there is none.
const Function* FindBuiltin(absl::string_view name);

}  // namespace kaito::runtime::jinja

#endif  // KAITO_RUNTIME_CHAT_TEMPLATE_BUILTINS_H_
