#ifndef KAITO_RUNTIME_CHAT_TEMPLATE_STRING_METHODS_H_
#define KAITO_RUNTIME_CHAT_TEMPLATE_STRING_METHODS_H_

// Methods of texts that give another text, or pieces of it. For methods.h,
// and some of them for filters.

#include <cstdint>
#include <span>

#include "absl/strings/string_view.h"
#include "kaito/runtime/chat_template/method_entry.h"
#include "kaito/runtime/chat_template/run.h"
#include "kaito/runtime/chat_template/text_ops.h"
#include "kaito/runtime/chat_template/value.h"

namespace kaito::runtime::jinja {

// Sorted by name.
std::span<const MethodEntry> StringMethods();

// What the methods replace, center, ljust and rjust do, for the filters. `self`
// is a text; all places are replaced where `max` is negative.
Value ReplaceText(Run& run, const Value& self, absl::string_view from,
                  absl::string_view to, int64_t max);
Value PadText(Run& run, const Value& self, int64_t width,
              absl::string_view fill, Sides sides);

}  // namespace kaito::runtime::jinja

#endif  // KAITO_RUNTIME_CHAT_TEMPLATE_STRING_METHODS_H_
