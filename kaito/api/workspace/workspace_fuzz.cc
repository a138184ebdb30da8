// No object is too odd for decoding and validation, and what was admitted or
// refused once is so again when it is read back.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "kaito/api/schema/codec.h"
#include "kaito/api/schema/field_error.h"
#include "kaito/api/workspace/defaults.h"
#include "kaito/api/workspace/preset_catalog.h"
#include "kaito/api/workspace/validation.h"
#include "kaito/api/workspace/validation_facts.h"
#include "kaito/api/workspace/workspace.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"

namespace {

// Knows two presets, so that both outcomes of a lookup are met.
class TwoPresets final : public kaito::api::PresetCatalog {
 public:
  const kaito::api::PresetFacts* Find(absl::string_view name) const override {
    static constexpr kaito::api::PresetFacts kTunable = {.tunable = true};
    static constexpr kaito::api::PresetFacts kGated = {
        .needs_access_secret = true, .supports_adapters = false};
    if (name == "phi-4") return &kTunable;
    return name == "llama" ? &kGated : nullptr;
  }
  std::vector<std::string> Names() const override { return {"llama", "phi-4"}; }
};

void Check(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace kaito::api;  // NOLINT: names of one library.
  const auto value = kaito::json::Parse(
      absl::string_view(reinterpret_cast<const char*>(data), size));
  if (!value.ok()) return 0;
  const Workspace first = Decode<Workspace>(*value).object;
  const Decoded<Workspace> second = Decode<Workspace>(Encode(first));
  Check(second.errors.empty() && second.unknown.empty());
  Check(Encode(first) == Encode(second.object));

  const TwoPresets presets;
  const ValidationFacts facts = {.presets = &presets,
                                 .training_config = &*value,
                                 .inference_config = &*value};
  Check(ValidateCreate(first, facts).errors() ==
        ValidateCreate(second.object, facts).errors());
  Check(Warnings(first, facts) == Warnings(second.object, facts));
  Check(ValidateUpdate(first, second.object, facts).empty());
  Workspace defaulted = first;
  SetDefaults(defaulted);
  ValidateUpdate(first, defaulted, facts).ToString();
  return 0;
}
