#include "kaito/operator/presets/catalog.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "kaito/api/workspace/defaults.h"
#include "kaito/api/workspace/preset_catalog.h"
#include "kaito/operator/presets/preset.h"
#include "kaito/operator/presets/preset_table.h"

namespace kaito::controller {
namespace {

api::PresetFacts FactsOf(const Preset& preset) {
  return {.tunable = preset.tunable,
          .needs_access_secret = preset.gated,
          .supports_adapters = true,
          .deprecated = preset.deprecated,
          .weights_bytes = preset.weights_bytes,
          .token_limit = preset.token_limit};
}

}  // namespace

Catalog::Catalog(std::vector<Preset> presets) {
  for (Preset& preset : presets) {
    const size_t index = entries_.size();
    by_name_.emplace(api::NormalizePresetName(preset.name), index);
    if (!preset.hub_id.empty()) {
      by_name_.emplace(api::NormalizePresetName(preset.hub_id), index);
    }
    const api::PresetFacts facts = FactsOf(preset);
    entries_.push_back({.preset = std::move(preset), .facts = facts});
  }
}

const Catalog::Entry* Catalog::FindEntry(absl::string_view name) const {
  const auto it = by_name_.find(api::NormalizePresetName(name));
  return it == by_name_.end() ? nullptr : &entries_[it->second];
}

const api::PresetFacts* Catalog::Find(absl::string_view name) const {
  const Entry* entry = FindEntry(name);
  return entry == nullptr ? nullptr : &entry->facts;
}

const Preset* Catalog::FindPreset(absl::string_view name) const {
  const Entry* entry = FindEntry(name);
  return entry == nullptr ? nullptr : &entry->preset;
}

std::vector<std::string> Catalog::Names() const {
  std::vector<std::string> names;
  for (const Entry& entry : entries_) {
    if (!entry.preset.deprecated) names.push_back(entry.preset.name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

const Catalog& BuiltInCatalog() {
  static const auto* catalog = new Catalog(BuiltInPresets());
  return *catalog;
}

}  // namespace kaito::controller
