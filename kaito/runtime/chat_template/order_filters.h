#ifndef KAITO_RUNTIME_CHAT_TEMPLATE_ORDER_FILTERS_H_
#define KAITO_RUNTIME_CHAT_TEMPLATE_ORDER_FILTERS_H_

// Filters that order the items of a value, or tell equal ones apart. For
// filters.h.

#include <span>

#include "kaito/runtime/chat_template/filter_entry.h"

namespace kaito::runtime::jinja {

std::span<const FilterEntry> OrderFilters();

}  // namespace kaito::runtime::jinja

#endif  // KAITO_RUNTIME_CHAT_TEMPLATE_ORDER_FILTERS_H_
