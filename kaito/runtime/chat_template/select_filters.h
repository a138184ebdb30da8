#ifndef KAITO_RUNTIME_CHAT_TEMPLATE_SELECT_FILTERS_H_
#define KAITO_RUNTIME_CHAT_TEMPLATE_SELECT_FILTERS_H_

// The filters that apply other filters and tests to each item: map, select,
// reject, selectattr, rejectattr. One target with filters.h, since each needs
// the other.

#include <span>

#include "kaito/runtime/chat_template/filter_entry.h"

namespace kaito::runtime::jinja {

std::span<const FilterEntry> SelectFilters();

}  // namespace kaito::runtime::jinja

#endif  // KAITO_RUNTIME_CHAT_TEMPLATE_SELECT_FILTERS_H_
