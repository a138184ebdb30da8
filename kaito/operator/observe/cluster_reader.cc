#include "kaito/operator/observe/cluster_reader.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_join.h"
#include "kaito/api/core/controller_revision.h"
#include "kaito/api/core/node.h"
#include "kaito/api/meta/gvk.h"
#include "kaito/api/workspace/names.h"
#include "kaito/base/json/value.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/kube/client/api_client.h"

namespace kaito::controller {

Labels LabelsOf(const api::KindInfo& kind, const kube::ObjectKey& workspace) {
  if (kind.kind == api::ControllerRevision::kKind.kind) {
    return {{std::string(api::label::kRevisionOwner), workspace.name}};
  }
  Labels labels = {{std::string(api::label::kWorkspace), workspace.name}};
  if (!kind.namespaced) {
    labels[std::string(api::label::kWorkspaceNamespace)] = workspace.ns;
  }
  return labels;
}

absl::StatusOr<std::optional<json::Value>> LiveReader::Find(
    const api::KindInfo& kind, const kube::ObjectKey& key,
    const StopToken& stop) const {
  auto object = client_.Get(kind.gvr(), key, stop);
  if (absl::IsNotFound(object.status())) return std::optional<json::Value>();
  KAITO_RETURN_IF_ERROR(object.status());
  return std::optional<json::Value>(*std::move(object));
}

absl::StatusOr<std::vector<json::Value>> LiveReader::FindOf(
    const api::KindInfo& kind, const kube::ObjectKey& workspace,
    const StopToken& stop) const {
  return List(kind, kind.namespaced ? workspace.ns : "",
              LabelsOf(kind, workspace), stop);
}

absl::StatusOr<std::vector<json::Value>> LiveReader::FindNodes(
    const Labels& labels, const StopToken& stop) const {
  return List(api::Node::kKind, "", labels, stop);
}

absl::StatusOr<std::vector<json::Value>> LiveReader::List(
    const api::KindInfo& kind, const std::string& ns, const Labels& labels,
    const StopToken& stop) const {
  KAITO_ASSIGN_OR_RETURN(
      kube::ObjectList list,
      client_.List(kind.gvr(), ns,
                   {.label_selector =
                        absl::StrJoin(labels, ",", absl::PairFormatter("="))},
                   stop));
  return std::move(list.items);
}

}  // namespace kaito::controller
