#ifndef KAITO_API_WORKSPACE_PRESET_CATALOG_H_
#define KAITO_API_WORKSPACE_PRESET_CATALOG_H_

// What validation asks of the catalogue of presets. The operator implements it
// over its data files; tests over a map.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace kaito::api {

struct PresetFacts {
  bool tunable = false;
  // Its weights are given only to those who show a token: nothing else of the
  // installation (a model image, weights on the node) provides them.
  bool needs_access_secret = false;
  bool supports_adapters = true;
  bool deprecated = false;  // Known, and no longer served.
  // Bytes of the weights as they are stored; 0 where unknown.
  int64_t weights_bytes = 0;
  // Longest context, in tokens; 0 where unknown.
  int64_t token_limit = 0;
};

class PresetCatalog {
 public:
  virtual ~PresetCatalog() = default;

  // nullptr where there is none of that name, an alias or in full. The name is
  // in the spelling of NormalizePresetName(). The facts live as long as the
  // catalogue.
  virtual const PresetFacts* Find(absl::string_view name) const = 0;
  // All names to offer to a user, sorted.
  virtual std::vector<std::string> Names() const = 0;
};

}  // namespace kaito::api

#endif  // KAITO_API_WORKSPACE_PRESET_CATALOG_H_
