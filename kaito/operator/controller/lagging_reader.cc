#include "kaito/operator/controller/lagging_reader.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "kaito/api/core/controller_revision.h"
#include "kaito/api/core/deployment.h"
#include "kaito/api/core/job.h"
#include "kaito/api/core/node.h"
#include "kaito/api/core/pod.h"
#include "kaito/api/core/service.h"
#include "kaito/api/machine/machine.h"
#include "kaito/api/meta/gvk.h"
#include "kaito/base/json/value.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/kube/client/api_client.h"
#include "kaito/operator/observe/cluster_reader.h"

namespace kaito::controller {
namespace {

constexpr const api::KindInfo* kKinds[] = {
    &kWorkspaces,         &api::Machine::kKind,
    &api::Node::kKind,    &api::Job::kKind,
    &api::Pod::kKind,     &api::Deployment::kKind,
    &api::Service::kKind, &api::ControllerRevision::kKind};

}  // namespace

void LaggingReader::Step() {
  for (const api::KindInfo* kind : kKinds) {
    if (random_.Uniform() < 0.4) {
      kept_[std::string(kind->plural)] = api_.ReadAll(kind->gvr());
    }
  }
}

void LaggingReader::CatchUp() {
  for (const api::KindInfo* kind : kKinds) {
    kept_[std::string(kind->plural)] = api_.ReadAll(kind->gvr());
  }
}

absl::StatusOr<std::optional<json::Value>> LaggingReader::Find(
    const api::KindInfo& kind, const kube::ObjectKey& key,
    const StopToken&) const {
  for (const json::Value& object : kept_.find(kind.plural)->second) {
    if (object.StringAt({"metadata", "name"}) == key.name &&
        object.StringAt({"metadata", "namespace"}) == key.ns) {
      return std::optional<json::Value>(object);
    }
  }
  return std::optional<json::Value>();
}

absl::StatusOr<std::vector<json::Value>> LaggingReader::FindOf(
    const api::KindInfo& kind, const kube::ObjectKey& workspace,
    const StopToken&) const {
  return Select(kind, kind.namespaced ? workspace.ns : "",
                LabelsOf(kind, workspace));
}

absl::StatusOr<std::vector<json::Value>> LaggingReader::FindNodes(
    const Labels& labels, const StopToken&) const {
  return Select(api::Node::kKind, "", labels);
}

std::vector<json::Value> LaggingReader::Select(const api::KindInfo& kind,
                                               const std::string& ns,
                                               const Labels& labels) const {
  std::vector<json::Value> selected;
  for (const json::Value& object : kept_.find(kind.plural)->second) {
    if (object.StringAt({"metadata", "namespace"}) != ns) continue;
    const bool all =
        std::all_of(labels.begin(), labels.end(), [&](const auto& label) {
          return object.StringAt({"metadata", "labels", label.first}) ==
                 label.second;
        });
    if (all) selected.push_back(object);
  }
  return selected;
}

}  // namespace kaito::controller
