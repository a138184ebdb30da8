#include "kaito/api/workspace/node_labels.h"

#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "kaito/api/meta/label_selector.h"
#include "kaito/api/workspace/names.h"

namespace kaito::api {

bool IsReservedLabel(absl::string_view key) {
  return key == label::kWorkspace || key == label::kWorkspaceNamespace ||
         key == label::kRagEngine || key == label::kRagEngineNamespace ||
         absl::StartsWith(key, label::kKarpenterPrefix);
}

absl::StatusOr<std::map<std::string, std::string>> NodeLabels(
    const LabelSelector& selector) {
  auto labels = selector.ToLabels();
  if (labels.ok()) {
    std::erase_if(*labels, [](const auto& entry) {
      return IsReservedLabel(entry.first);
    });
  }
  return labels;
}

}  // namespace kaito::api
