#ifndef KAITO_RUNTIME_CHAT_TEMPLATE_TEXT_FILTERS_H_
#define KAITO_RUNTIME_CHAT_TEMPLATE_TEXT_FILTERS_H_

// Filters that take a text and give a text. For filters.h.

#include <span>

#include "kaito/runtime/chat_template/filter_entry.h"

namespace kaito::runtime::jinja {

std::span<const FilterEntry> TextFilters();

}  // namespace kaito::runtime::jinja

#endif  // KAITO_RUNTIME_CHAT_TEMPLATE_TEXT_FILTERS_H_
