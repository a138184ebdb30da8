#include "kaito/operator/controller/watched.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/api/schema/codec.h"
#include "kaito/api/workspace/defaults.h"
#include "kaito/api/workspace/names.h"
#include "kaito/api/workspace/workspace.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/kube/cache/cache.h"
#include "kaito/kube/cache/object_store.h"
#include "kaito/kube/client/api_client.h"
#include "kaito/kube/queue/enqueue.h"

namespace kaito::controller {
namespace {

Phase PhaseOf(const api::Workspace& workspace) {
  const std::string& state = workspace.status.state;
  if (workspace.metadata.deletion_timestamp) return Phase::kDeleting;
  if (state == api::state::kFailed) return Phase::kError;
  if (state == api::state::kReady || state == api::state::kSucceeded) {
    return Phase::kSucceeded;
  }
  return Phase::kPending;
}

const WatchedLabels& LabelsOf(const kube::CachedObject& object) {
  return *static_cast<const WatchedLabels*>(object.projection.get());
}

std::string LabelOf(const kube::CachedObject& object, absl::string_view key) {
  const auto& labels = LabelsOf(object).labels;
  const auto it = labels.find(std::string(key));
  return it == labels.end() ? "" : it->second;
}

}  // namespace

absl::StatusOr<WatchedWorkspace> ReadWorkspace(const json::Cursor& object) {
  KAITO_ASSIGN_OR_RETURN(const json::Value value, kube::WholeObject(object));
  KAITO_ASSIGN_OR_RETURN(
      const api::Workspace workspace,
      api::DecodeOrError<api::Workspace>(value, "Workspace"));
  WatchedWorkspace watched = {
      .key = {workspace.metadata.ns, workspace.metadata.name},
      .phase = PhaseOf(workspace),
      .selector = workspace.resource.label_selector};
  if (const api::PresetSpec* preset = workspace.preset()) {
    watched.preset = api::NormalizePresetName(preset->name);
  }
  return watched;
}

absl::StatusOr<WatchedLabels> ReadLabels(const json::Cursor& object) {
  WatchedLabels watched;
  const auto read_label = [&](absl::string_view key,
                              const json::Cursor& value) {
    return value.ReadString(&watched.labels[std::string(key)]);
  };
  const auto read_metadata = [&](absl::string_view key,
                                 const json::Cursor& value) {
    return key == "labels" ? value.ForEachField(read_label) : absl::OkStatus();
  };
  KAITO_RETURN_IF_ERROR(object.ForEachField(
      [&](absl::string_view key, const json::Cursor& value) {
        return key == "metadata" ? value.ForEachField(read_metadata)
                                 : absl::OkStatus();
      }));
  return watched;
}

kube::KeyMap PodToWorkspace() {
  return [](const kube::CachedObject& object) -> std::vector<kube::ObjectKey> {
    const std::string name = LabelOf(object, api::label::kWorkspace);
    if (name.empty()) return {};
    return {{object.summary.key.ns, name}};
  };
}

kube::KeyMap ClaimToWorkspace() {
  return [](const kube::CachedObject& object) -> std::vector<kube::ObjectKey> {
    const std::string name = LabelOf(object, api::label::kWorkspace);
    const std::string ns = LabelOf(object, api::label::kWorkspaceNamespace);
    if (name.empty() || ns.empty()) return {};
    return {{ns, name}};
  };
}

kube::KeyMap NodeToWorkspaces(const kube::Cache<WatchedWorkspace>& workspaces) {
  return [&workspaces](const kube::CachedObject& object) {
    std::vector<kube::ObjectKey> keys;
    for (const auto& workspace : workspaces.List()) {
      if (workspace->selector &&
          workspace->selector->Matches(LabelsOf(object).labels)) {
        keys.push_back(workspace->key);
      }
    }
    return keys;
  };
}

}  // namespace kaito::controller
