#ifndef KAITO_RUNTIME_CHAT_TEMPLATE_METHOD_ENTRY_H_
#define KAITO_RUNTIME_CHAT_TEMPLATE_METHOD_ENTRY_H_

// One row of the tables behind methods.h.

#include "absl/strings/string_view.h"
#include "kaito/runtime/chat_template/args.h"

namespace kaito::runtime::jinja {

struct MethodEntry {
  absl::string_view name;
  // Null where the sandbox refuses it: it would change the object.
  NativeFunction call;
};

}  // namespace kaito::runtime::jinja

#endif  // KAITO_RUNTIME_CHAT_TEMPLATE_METHOD_ENTRY_H_
