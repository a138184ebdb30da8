#ifndef KAITO_RUNTIME_CHAT_TEMPLATE_FILTER_ENTRY_H_
#define KAITO_RUNTIME_CHAT_TEMPLATE_FILTER_ENTRY_H_

// One row of the tables of filters and tests.

#include "absl/strings/string_view.h"
#include "kaito/runtime/chat_template/args.h"

namespace kaito::runtime::jinja {

struct FilterEntry {
  absl::string_view name;
  NativeFunction call;
};

}  // namespace kaito::runtime::jinja

#endif  // KAITO_RUNTIME_CHAT_TEMPLATE_FILTER_ENTRY_H_
