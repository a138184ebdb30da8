#include "kaito/operator/controller/fresh_reader.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "kaito/api/core/node.h"
#include "kaito/api/core/pod.h"
#include "kaito/api/meta/gvk.h"
#include "kaito/base/json/value.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/kube/client/api_client.h"
#include "kaito/operator/apply/applier.h"
#include "kaito/operator/observe/cluster_reader.h"

namespace kaito::controller {
namespace {

bool HasAll(const json::Value& object, const Labels& labels) {
  return std::all_of(labels.begin(), labels.end(), [&](const auto& label) {
    return object.StringAt({"metadata", "labels", label.first}) == label.second;
  });
}

}  // namespace

FreshReader::FreshReader(const ClusterReader& cache, const ClusterReader& live,
                         std::vector<Written> written)
    : cache_(cache), live_(live), written_(std::move(written)) {}

absl::StatusOr<std::optional<json::Value>> FreshReader::Find(
    const api::KindInfo& kind, const kube::ObjectKey& key,
    const StopToken& stop) const {
  return live_.Find(kind, key, stop);
}

absl::StatusOr<std::vector<json::Value>> FreshReader::FindOf(
    const api::KindInfo& kind, const kube::ObjectKey& workspace,
    const StopToken& stop) const {
  if (kind.kind == api::Pod::kKind.kind) {
    return live_.FindOf(kind, workspace, stop);
  }
  KAITO_ASSIGN_OR_RETURN(const std::vector<json::Value> known,
                         cache_.FindOf(kind, workspace, stop));
  return Refresh(kind, known, LabelsOf(kind, workspace), stop);
}

absl::StatusOr<std::vector<json::Value>> FreshReader::FindNodes(
    const Labels& labels, const StopToken& stop) const {
  KAITO_ASSIGN_OR_RETURN(const std::vector<json::Value> known,
                         cache_.FindNodes(labels, stop));
  return Refresh(api::Node::kKind, known, labels, stop);
}

absl::StatusOr<std::vector<json::Value>> FreshReader::Refresh(
    const api::KindInfo& kind, const std::vector<json::Value>& known,
    const Labels& labels, const StopToken& stop) const {
  std::set<kube::ObjectKey> keys;
  for (const json::Value& object : known) {
    keys.insert({std::string(object.StringAt({"metadata", "namespace"})),
                 std::string(object.StringAt({"metadata", "name"}))});
  }
  for (const Written& one : written_) {
    if (one.kind.kind == kind.kind) keys.insert(one.key);
  }
  std::vector<json::Value> fresh;
  for (const kube::ObjectKey& key : keys) {
    KAITO_ASSIGN_OR_RETURN(std::optional<json::Value> object,
                           live_.Find(kind, key, stop));
    if (object && HasAll(*object, labels)) fresh.push_back(*std::move(object));
  }
  return fresh;
}

}  // namespace kaito::controller
