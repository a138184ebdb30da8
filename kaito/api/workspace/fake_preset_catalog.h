#ifndef KAITO_API_WORKSPACE_FAKE_PRESET_CATALOG_H_
#define KAITO_API_WORKSPACE_FAKE_PRESET_CATALOG_H_

// A catalogue of presets for tests: a map.
//
//   const FakePresetCatalog catalog({{"phi-4", {.tunable = true}}});

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "kaito/api/workspace/preset_catalog.h"

namespace kaito::api {

class FakePresetCatalog final : public PresetCatalog {
 public:
  explicit FakePresetCatalog(std::map<std::string, PresetFacts> presets)
      : presets_(std::move(presets)) {}

  const PresetFacts* Find(absl::string_view name) const override {
    const auto it = presets_.find(std::string(name));
    return it != presets_.end() ? &it->second : nullptr;
  }
  std::vector<std::string> Names() const override {
    std::vector<std::string> names;
    for (const auto& entry : presets_) names.push_back(entry.first);
    return names;
  }

 private:
  std::map<std::string, PresetFacts> presets_;
};

}  // namespace kaito::api

#endif  // KAITO_API_WORKSPACE_FAKE_PRESET_CATALOG_H_
