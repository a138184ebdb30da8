#ifndef KAITO_RUNTIME_CHAT_TEMPLATE_PREDICATES_H_
#define KAITO_RUNTIME_CHAT_TEMPLATE_PREDICATES_H_

// What may stand behind `is`: Jinja's tests, here by another name so that they
// aren't taken for ours. For filters.h.

#include <span>

#include "kaito/runtime/chat_template/filter_entry.h"

namespace kaito::runtime::jinja {

std::span<const FilterEntry> Predicates();

}  // namespace kaito::runtime::jinja

#endif  // KAITO_RUNTIME_CHAT_TEMPLATE_PREDICATES_H_
