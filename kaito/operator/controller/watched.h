#ifndef KAITO_OPERATOR_CONTROLLER_WATCHED_H_
#define KAITO_OPERATOR_CONTROLLER_WATCHED_H_

// What is kept of the objects that are watched: just enough to know which
// Workspace a change concerns. The reconciler reads the rest when it runs.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "kaito/api/meta/label_selector.h"
#include "kaito/base/json/reader.h"
#include "kaito/kube/cache/cache.h"
#include "kaito/kube/client/api_client.h"
#include "kaito/kube/queue/enqueue.h"

namespace kaito::controller {

// How a Workspace is counted (kaito_workspace_count).
enum class Phase { kPending, kSucceeded, kError, kDeleting };

struct WatchedWorkspace {
  kube::ObjectKey key;
  Phase phase = Phase::kPending;
  std::string preset;
  std::optional<api::LabelSelector> selector;
};
absl::StatusOr<WatchedWorkspace> ReadWorkspace(const json::Cursor& object);

struct WatchedLabels {
  std::map<std::string, std::string> labels;
};
absl::StatusOr<WatchedLabels> ReadLabels(const json::Cursor& object);

// The Workspace that labels of a pod or of a claim for a node name.
kube::KeyMap PodToWorkspace();
kube::KeyMap ClaimToWorkspace();
// The Workspaces whose labels select a node. `workspaces` outlives it.
kube::KeyMap NodeToWorkspaces(const kube::Cache<WatchedWorkspace>& workspaces);

}  // namespace kaito::controller

#endif  // KAITO_OPERATOR_CONTROLLER_WATCHED_H_
