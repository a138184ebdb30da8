#include "kaito/runtime/model/attention_windows.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/base/json/writer.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/runtime/model/config_fields.h"

namespace kaito::runtime {
namespace {

constexpr int64_t kMaxWindow = int64_t{1} << 40;

absl::StatusOr<std::vector<int64_t>> ByLayerTypes(
    const std::vector<std::string>& types, std::optional<int64_t> window,
    int64_t layers) {
  if (static_cast<int64_t>(types.size()) != layers) {
    return absl::InvalidArgumentError(
        absl::StrCat("layer_types has ", types.size(),
                     " entries, num_hidden_layers is ", layers));
  }
  std::vector<int64_t> windows;
  for (const std::string& type : types) {
    if (type == "full_attention") {
      windows.push_back(0);
    } else if (type == "sliding_attention" && window.has_value()) {
      windows.push_back(*window);
    } else if (type == "sliding_attention") {
      return absl::InvalidArgumentError(
          absl::StrCat("layer_types[", windows.size(),
                       "] is sliding_attention, but there is no "
                       "sliding_window in use"));
    } else {
      return absl::InvalidArgumentError(
          absl::StrCat("layer_types[", windows.size(), "] is ",
                       json::Quote(absl::string_view(type).substr(0, 64)),
                       ", wanted is full_attention or sliding_attention"));
    }
  }
  return windows;
}

}  // namespace

absl::StatusOr<std::vector<int64_t>> ParseAttentionWindows(
    const ConfigFields& fields, WindowRule rule, int64_t layers) {
  std::vector<int64_t> windows(static_cast<size_t>(layers), 0);
  if (rule == WindowRule::kNone) return windows;
  KAITO_ASSIGN_OR_RETURN(
      std::optional<int64_t> window,
      fields.OptionalInteger("sliding_window", 1, kMaxWindow));
  int64_t first = 0;
  if (rule == WindowRule::kUpperLayersIfAsked) {
    KAITO_ASSIGN_OR_RETURN(const bool asked,
                           fields.Bool("use_sliding_window", false));
    // Published files state a window beside "use_sliding_window": false.
    if (!asked) window.reset();
    // 28 is what transformers takes where nothing is stated.
    KAITO_ASSIGN_OR_RETURN(
        first, fields.Integer("max_window_layers", 0, kMaxWindow, 28));
  }
  KAITO_ASSIGN_OR_RETURN(const std::vector<std::string> types,
                         fields.Strings("layer_types"));
  if (!types.empty()) return ByLayerTypes(types, window, layers);
  if (window.has_value() && first < layers) {
    std::fill(windows.begin() + first, windows.end(), *window);
  }
  return windows;
}

}  // namespace kaito::runtime
