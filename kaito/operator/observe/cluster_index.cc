#include "kaito/operator/observe/cluster_index.h"

#include <array>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "kaito/api/core/controller_revision.h"
#include "kaito/api/meta/gvk.h"
#include "kaito/api/meta/label_selector.h"
#include "kaito/api/schema/codec.h"
#include "kaito/api/workspace/defaults.h"
#include "kaito/api/workspace/names.h"
#include "kaito/api/workspace/node_labels.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/kube/cache/object_index.h"
#include "kaito/kube/cache/object_summary.h"
#include "kaito/kube/client/api_client.h"
#include "kaito/operator/observe/cluster_reader.h"

namespace kaito::controller {
namespace {

// Labels by which clouds and kubelets describe every node: an index of them
// would be large and tell little.
bool TellsNodesApart(absl::string_view label) {
  if (label == "kubernetes.io/hostname") return true;
  const size_t slash = label.find('/');
  if (slash == absl::string_view::npos) return true;
  const absl::string_view domain = label.substr(0, slash);
  for (absl::string_view common : {"kubernetes.io", "k8s.io", "azure.com",
                                   "amazonaws.com", "nvidia.com"}) {
    if (absl::EndsWith(domain, common)) return false;
  }
  return true;
}

std::string LabelText(absl::string_view name, absl::string_view value) {
  return absl::StrCat(name, "=", value);
}

using Path = std::span<const absl::string_view>;

// Calls `visit` with what is at the path, where it is there.
absl::Status At(const json::Cursor& value, Path path,
                absl::FunctionRef<absl::Status(const json::Cursor&)> visit) {
  if (path.empty()) return visit(value);
  return value.ForEachField(
      [&](absl::string_view name, const json::Cursor& field) {
        return name == path[0] ? At(field, path.subspan(1), visit)
                               : absl::OkStatus();
      });
}

absl::Status ReadLabels(const json::Cursor& object, Labels* labels) {
  static constexpr std::array<absl::string_view, 2> kPath = {"metadata",
                                                             "labels"};
  return At(object, kPath, [&](const json::Cursor& value) {
    return value.ForEachField(
        [&](absl::string_view name, const json::Cursor& label) {
          return label.ReadString(&(*labels)[std::string(name)]);
        });
  });
}

std::string ValueOf(const Labels& labels, absl::string_view name) {
  const auto found = labels.find(std::string(name));
  return found == labels.end() ? "" : found->second;
}

absl::Status IndexPhase(const json::Cursor& object,
                        const kube::ObjectSummary& summary,
                        std::vector<std::string>* values) {
  static constexpr std::array<absl::string_view, 2> kPath = {"status", "state"};
  std::string state;
  KAITO_RETURN_IF_ERROR(At(object, kPath, [&](const json::Cursor& value) {
    return value.ReadString(&state);
  }));
  Phase phase = Phase::kPending;
  if (summary.deleting) {
    phase = Phase::kDeleting;
  } else if (state == api::state::kFailed) {
    phase = Phase::kError;
  } else if (state == api::state::kReady || state == api::state::kSucceeded) {
    phase = Phase::kSucceeded;
  }
  values->push_back(std::string(PhaseText(phase)));
  return absl::OkStatus();
}

absl::Status IndexPreset(const json::Cursor& object, const kube::ObjectSummary&,
                         std::vector<std::string>* values) {
  for (absl::string_view use : {"tuning", "inference"}) {
    const std::array<absl::string_view, 3> path = {use, "preset", "name"};
    std::string name;
    KAITO_RETURN_IF_ERROR(At(object, path, [&](const json::Cursor& value) {
      return value.ReadString(&name);
    }));
    if (!name.empty()) values->push_back(api::NormalizePresetName(name));
  }
  return absl::OkStatus();
}

absl::Status IndexNodeLabel(const json::Cursor& workspace,
                            const kube::ObjectSummary&,
                            std::vector<std::string>* values) {
  static constexpr std::array<absl::string_view, 2> kPath = {"resource",
                                                             "labelSelector"};
  return At(workspace, kPath, [&](const json::Cursor& value) {
    json::Value selector;
    KAITO_RETURN_IF_ERROR(value.ReadValue(&selector));
    const absl::StatusOr<Labels> labels =
        api::NodeLabels(api::Decode<api::LabelSelector>(selector).object);
    // A selector that cannot be served is the reconciler's to complain about.
    if (labels.ok()) values->push_back(LookupLabel(*labels));
    return absl::OkStatus();
  });
}

absl::Status IndexLabels(const json::Cursor& node, const kube::ObjectSummary&,
                         std::vector<std::string>* values) {
  Labels labels;
  KAITO_RETURN_IF_ERROR(ReadLabels(node, &labels));
  for (const auto& [name, value] : labels) {
    if (TellsNodesApart(name)) values->push_back(LabelText(name, value));
  }
  return absl::OkStatus();
}

}  // namespace

std::string LookupLabel(const Labels& labels) {
  for (const auto& [name, value] : labels) {
    if (TellsNodesApart(name)) return LabelText(name, value);
  }
  return "";
}

absl::string_view PhaseText(Phase phase) {
  switch (phase) {
    case Phase::kPending:
      return "pending";
    case Phase::kSucceeded:
      return "succeeded";
    case Phase::kError:
      return "error";
    case Phase::kDeleting:
      return "deleting";
  }
  return "";
}

std::string OwnerText(const kube::ObjectKey& workspace) {
  return absl::StrCat(workspace.ns, "/", workspace.name);
}

kube::ObjectKey OwnerOf(absl::string_view text) {
  const std::pair<absl::string_view, absl::string_view> parts =
      absl::StrSplit(text, absl::MaxSplits('/', 1));
  return {std::string(parts.first), std::string(parts.second)};
}

kube::ObjectIndex ByWorkspace(const api::KindInfo& kind) {
  const bool is_revision = kind.kind == api::ControllerRevision::kKind.kind;
  return {std::string(index::kOwner),
          [is_revision, namespaced = kind.namespaced](
              const json::Cursor& object, const kube::ObjectSummary& summary,
              std::vector<std::string>* values) {
            Labels labels;
            KAITO_RETURN_IF_ERROR(ReadLabels(object, &labels));
            const kube::ObjectKey owner = {
                namespaced ? summary.key.ns
                           : ValueOf(labels, api::label::kWorkspaceNamespace),
                ValueOf(labels, is_revision ? api::label::kRevisionOwner
                                            : api::label::kWorkspace)};
            if (!owner.ns.empty() && !owner.name.empty()) {
              values->push_back(OwnerText(owner));
            }
            return absl::OkStatus();
          }};
}

kube::ObjectIndex ByPhase() { return {std::string(index::kPhase), IndexPhase}; }

kube::ObjectIndex ByPreset() {
  return {std::string(index::kPreset), IndexPreset};
}

kube::ObjectIndex ByNodeLabel() {
  return {std::string(index::kLabel), IndexNodeLabel};
}

kube::ObjectIndex ByLabels() {
  return {std::string(index::kLabel), IndexLabels};
}

}  // namespace kaito::controller
