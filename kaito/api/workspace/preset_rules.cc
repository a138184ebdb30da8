#include "kaito/api/workspace/preset_rules.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "kaito/api/schema/field_error.h"
#include "kaito/api/workspace/defaults.h"
#include "kaito/api/workspace/preset_catalog.h"
#include "kaito/api/workspace/workspace.h"
#include "kaito/base/flags/nearest_name.h"

namespace kaito::api {
namespace {

// What to write instead: what was probably meant, and the choice.
std::string Choice(absl::string_view name, const PresetCatalog& catalog,
                   bool for_tuning) {
  constexpr size_t kMostListed = 100;  // Keeps the message readable.
  std::vector<std::string> names = catalog.Names();
  std::erase_if(names, [&](const std::string& n) {
    const PresetFacts* facts = catalog.Find(n);
    return facts == nullptr || facts->deprecated ||
           (for_tuning && !facts->tunable);
  });
  const size_t listed = std::min(names.size(), kMostListed);
  const std::string list =
      absl::StrCat(absl::StrJoin(names.begin(), names.begin() + listed, ", "),
                   listed < names.size()
                       ? absl::StrCat(" and ", names.size() - listed, " more")
                       : "");
  const std::string nearest = NearestName(name, names);
  return nearest.empty()
             ? absl::StrCat(": use one of ", list)
             : absl::StrCat("; did you mean ", nearest, "? Use one of ", list);
}

}  // namespace

const PresetFacts* FindPreset(const PresetSpec& preset,
                              const PresetCatalog* catalog,
                              absl::string_view path, bool for_tuning,
                              FieldErrors& errors) {
  if (preset.name.empty()) {
    errors.Required(path, "name a preset, the model to use");
    return nullptr;
  }
  if (catalog == nullptr) return nullptr;
  const std::string name = NormalizePresetName(preset.name);
  const PresetFacts* facts = catalog->Find(name);
  if (facts == nullptr) {
    errors.Add({FieldError::Kind::kNotSupported, std::string(path),
                absl::StrCat("unknown preset ", QuoteForMessage(preset.name),
                             Choice(name, *catalog, for_tuning))});
    return nullptr;
  }
  if (for_tuning && !facts->tunable) {
    errors.Add(
        {FieldError::Kind::kNotSupported, std::string(path),
         absl::StrCat("preset ", QuoteForMessage(preset.name),
                      " cannot be tuned", Choice(name, *catalog, for_tuning))});
  }
  return facts;
}

}  // namespace kaito::api
