#ifndef KAITO_RUNTIME_CHAT_TEMPLATE_VALUE_FILTERS_H_
#define KAITO_RUNTIME_CHAT_TEMPLATE_VALUE_FILTERS_H_

// Filters over numbers and over values of any kind. For filters.h.

#include <span>

#include "kaito/runtime/chat_template/filter_entry.h"

namespace kaito::runtime::jinja {

std::span<const FilterEntry> ValueFilters();

}  // namespace kaito::runtime::jinja

#endif  // KAITO_RUNTIME_CHAT_TEMPLATE_VALUE_FILTERS_H_
