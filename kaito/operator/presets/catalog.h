#ifndef KAITO_OPERATOR_PRESETS_CATALOG_H_
#define KAITO_OPERATOR_PRESETS_CATALOG_H_

// The catalogue of presets: what validation asks it as api::PresetCatalog, and
// planning as FindPreset(). A preset is found by its name and by its name on
// the hub, in any case.
//
//   const Catalog& catalog = BuiltInCatalog();
//   const Preset* preset = catalog.FindPreset("microsoft/Phi-4");
//
// Immutable; safe from any thread.

#include <map>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "kaito/api/workspace/preset_catalog.h"
#include "kaito/operator/presets/preset.h"

namespace kaito::controller {

class Catalog final : public api::PresetCatalog {
 public:
  explicit Catalog(std::vector<Preset> presets);
  Catalog(const Catalog&) = delete;
  Catalog& operator=(const Catalog&) = delete;

  const api::PresetFacts* Find(absl::string_view name) const override;
  std::vector<std::string> Names() const override;

  // nullptr where there is none. Lives as long as the catalogue.
  const Preset* FindPreset(absl::string_view name) const;

 private:
  struct Entry {
    Preset preset;
    api::PresetFacts facts;
  };
  const Entry* FindEntry(absl::string_view name) const;

  std::vector<Entry> entries_;
  std::map<std::string, size_t> by_name_;  // Aliases too.
};

// Over the table that is built in; lives for the whole process.
const Catalog& BuiltInCatalog();

}  // namespace kaito::controller

#endif  // KAITO_OPERATOR_PRESETS_CATALOG_H_
