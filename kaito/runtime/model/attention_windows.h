#ifndef KAITO_RUNTIME_MODEL_ATTENTION_WINDOWS_H_
#define KAITO_RUNTIME_MODEL_ATTENTION_WINDOWS_H_

// Which layers of a model see only a window of keys, as its config.json says.
//
//   KAITO_ASSIGN_OR_RETURN(
//       config.windows,
//       ParseAttentionWindows(fields, WindowRule::kEveryLayer, 32));

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "kaito/runtime/model/config_fields.h"

namespace kaito::runtime {

// How a family of models uses sliding_window where there is no layer_types.
enum class WindowRule : uint8_t {
  kNone,        // Such models have no windows, whatever is stated.
  kEveryLayer,  // Wherever it is stated.
  // Only with use_sliding_window, and from layer max_window_layers on.
  kUpperLayersIfAsked,
};

// [layers], 0 for a layer without a window. layer_types, where it is there,
// decides layer by layer.
absl::StatusOr<std::vector<int64_t>> ParseAttentionWindows(
    const ConfigFields& fields, WindowRule rule, int64_t layers);

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_MODEL_ATTENTION_WINDOWS_H_
