#ifndef KAITO_RUNTIME_CHAT_TEMPLATE_MARKUP_FILTERS_H_
#define KAITO_RUNTIME_CHAT_TEMPLATE_MARKUP_FILTERS_H_

// Filters for HTML and URLs, and those that lay text out in lines or units.
// Rare in chat templates. For filters.h.

#include <span>

#include "kaito/runtime/chat_template/filter_entry.h"

namespace kaito::runtime::jinja {

std::span<const FilterEntry> MarkupFilters();

}  // namespace kaito::runtime::jinja

#endif  // KAITO_RUNTIME_CHAT_TEMPLATE_MARKUP_FILTERS_H_
