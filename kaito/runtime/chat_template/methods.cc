#include "kaito/runtime/chat_template/methods.h"

#include <algorithm>
#include <span>

#include "absl/strings/string_view.h"
#include "kaito/runtime/chat_template/container_methods.h"
#include "kaito/runtime/chat_template/string_methods.h"
#include "kaito/runtime/chat_template/string_search_methods.h"
#include "kaito/runtime/chat_template/value.h"

namespace kaito::runtime::jinja {
namespace {

const MethodEntry* FindIn(std::span<const MethodEntry> table,
                          absl::string_view name) {
  const auto it = std::ranges::lower_bound(table, name, {}, &MethodEntry::name);
  return it != table.end() && it->name == name ? &*it : nullptr;
}

}  // namespace

const MethodEntry* FindMethod(Kind kind, absl::string_view name) {
  if (kind != Kind::kString) return FindIn(ContainerMethods(kind), name);
  const MethodEntry* const found = FindIn(StringMethods(), name);
  return found != nullptr ? found : FindIn(StringSearchMethods(), name);
}

}  // namespace kaito::runtime::jinja
