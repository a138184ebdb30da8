#ifndef KAITO_RUNTIME_CHAT_TEMPLATE_SEQUENCE_FILTERS_H_
#define KAITO_RUNTIME_CHAT_TEMPLATE_SEQUENCE_FILTERS_H_

// Filters over the items of a value. For filters.h.

#include <span>

#include "kaito/runtime/chat_template/filter_entry.h"

namespace kaito::runtime::jinja {

std::span<const FilterEntry> SequenceFilters();

}  // namespace kaito::runtime::jinja

#endif  // KAITO_RUNTIME_CHAT_TEMPLATE_SEQUENCE_FILTERS_H_
