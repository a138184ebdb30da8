#include "kaito/standalone/apiserver/schema/schema.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace kaito::apiserver {

const SchemaProperty* Schema::Find(absl::string_view name) const {
  const auto it = std::lower_bound(
      properties.begin(), properties.end(), name,
      [](const SchemaProperty& property, absl::string_view wanted) {
        return absl::string_view(property.name) < wanted;
      });
  return it != properties.end() && it->name == name ? &*it : nullptr;
}

std::string JoinField(absl::string_view path, absl::string_view name) {
  return path.empty() ? std::string(name) : absl::StrCat(path, ".", name);
}

std::string JoinIndex(absl::string_view path, size_t index) {
  return absl::StrCat(path, "[", index, "]");
}

}  // namespace kaito::apiserver
