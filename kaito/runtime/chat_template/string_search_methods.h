#ifndef KAITO_RUNTIME_CHAT_TEMPLATE_STRING_SEARCH_METHODS_H_
#define KAITO_RUNTIME_CHAT_TEMPLATE_STRING_SEARCH_METHODS_H_

// Methods of texts that look for something in them, or ask what they are. For methods.h.

#include <span>

#include "kaito/runtime/chat_template/method_entry.h"

namespace kaito::runtime::jinja {

// Sorted by name.
std::span<const MethodEntry> StringSearchMethods();

}  // namespace kaito::runtime::jinja

#endif  // KAITO_RUNTIME_CHAT_TEMPLATE_STRING_SEARCH_METHODS_H_
