#ifndef KAITO_OPERATOR_OBSERVE_CLUSTER_INDEX_H_
#define KAITO_OPERATOR_OBSERVE_CLUSTER_INDEX_H_

// The indexes of the operator's caches: whose an object is, which Workspaces a
// node concerns, and what metrics count. For cluster_cache.h alone.

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "kaito/api/meta/gvk.h"
#include "kaito/kube/cache/object_index.h"
#include "kaito/kube/client/api_client.h"
#include "kaito/operator/observe/cluster_reader.h"

namespace kaito::controller {

// How a Workspace is counted (kaito_workspace_count).
enum class Phase : uint8_t { kPending, kSucceeded, kError, kDeleting };
absl::string_view PhaseText(Phase phase);

// Names of the indexes.
namespace index {
// Of what belongs to a Workspace: OwnerText() of it.
inline constexpr absl::string_view kOwner = "workspace";
// Of Workspaces: PhaseText(), and the preset's normalized name.
inline constexpr absl::string_view kPhase = "phase";
inline constexpr absl::string_view kPreset = "preset";
// Of nodes: each label that tells few nodes from many, as "name=value". Of
// Workspaces: LookupLabel() of their nodes' labels.
inline constexpr absl::string_view kLabel = "label";
}  // namespace index

// By LabelsOf().
kube::ObjectIndex ByWorkspace(const api::KindInfo& kind);
kube::ObjectIndex ByPhase();
kube::ObjectIndex ByPreset();
kube::ObjectIndex ByNodeLabel();  // Of Workspaces.
kube::ObjectIndex ByLabels();     // Of nodes.

// "namespace/name", and back.
std::string OwnerText(const kube::ObjectKey& workspace);
kube::ObjectKey OwnerOf(absl::string_view text);

// The one of these labels by which nodes that have them all are looked up; ""
// where every node might have them.
std::string LookupLabel(const Labels& labels);

}  // namespace kaito::controller

#endif  // KAITO_OPERATOR_OBSERVE_CLUSTER_INDEX_H_
