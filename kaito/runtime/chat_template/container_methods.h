#ifndef KAITO_RUNTIME_CHAT_TEMPLATE_CONTAINER_METHODS_H_
#define KAITO_RUNTIME_CHAT_TEMPLATE_CONTAINER_METHODS_H_

// Methods of everything but texts. For methods.h.

#include <span>

#include "kaito/runtime/chat_template/method_entry.h"
#include "kaito/runtime/chat_template/value.h"

namespace kaito::runtime::jinja {

// Sorted by name.
std::span<const MethodEntry> ContainerMethods(Kind kind);

}  // namespace kaito::runtime::jinja

#endif  // KAITO_RUNTIME_CHAT_TEMPLATE_CONTAINER_METHODS_H_
