#ifndef KAITO_RUNTIME_CHAT_TEMPLATE_FILTERS_H_
#define KAITO_RUNTIME_CHAT_TEMPLATE_FILTERS_H_

// All filters (`value | name`) and tests (`value is name`) by name.

#include "absl/strings/string_view.h"
#include "kaito/runtime/chat_template/args.h"

namespace kaito::runtime::jinja {

// Null where there is none.
NativeFunction FindFilter(absl::string_view name);
NativeFunction FindTest(absl::string_view name);

}  // namespace kaito::runtime::jinja

#endif  // KAITO_RUNTIME_CHAT_TEMPLATE_FILTERS_H_
