#include "kaito/operator/observe/cluster_cache.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/api/core/controller_revision.h"
#include "kaito/api/core/deployment.h"
#include "kaito/api/core/job.h"
#include "kaito/api/core/node.h"
#include "kaito/api/core/pod.h"
#include "kaito/api/core/service.h"
#include "kaito/api/meta/gvk.h"
#include "kaito/api/workspace/names.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/json/value.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/kube/cache/cache.h"
#include "kaito/kube/cache/kept_object.h"
#include "kaito/kube/cache/object_index.h"
#include "kaito/kube/cache/object_store.h"
#include "kaito/kube/client/api_client.h"
#include "kaito/kube/queue/enqueue.h"
#include "kaito/kube/queue/event_filter.h"
#include "kaito/kube/queue/work_queue.h"
#include "kaito/operator/observe/cluster_index.h"
#include "kaito/operator/observe/cluster_reader.h"

namespace kaito::controller {
namespace {

// What observe/observed.h and plan/pods.h look at.
const std::vector<std::string>& PodFields() {
  static const auto* fields = new std::vector<std::string>{
      "metadata.labels", "metadata.ownerReferences", "spec.nodeName",
      "status.phase", "status.message", "status.reason",
      // Without times: a condition that only got older is no news.
      "status.conditions.type", "status.conditions.status",
      "status.conditions.reason", "status.conditions.message",
      "status.initContainerStatuses.name", "status.initContainerStatuses.image",
      "status.initContainerStatuses.state",
      "status.initContainerStatuses.lastState", "status.containerStatuses.name",
      "status.containerStatuses.image", "status.containerStatuses.state",
      "status.containerStatuses.lastState"};
  return *fields;
}

const std::vector<std::string>& NodeFields() {
  static const auto* fields = new std::vector<std::string>{
      "metadata.labels", "status.capacity", "status.conditions.type",
      "status.conditions.status"};
  return *fields;
}

const std::vector<std::string>& ClaimFields() {
  static const auto* fields = new std::vector<std::string>{
      "metadata.labels",          "status.nodeName",
      "status.conditions.type",   "status.conditions.status",
      "status.conditions.reason", "status.conditions.message"};
  return *fields;
}

absl::StatusOr<std::vector<json::Value>> ParseAll(
    const std::vector<kube::ObjectPtr>& objects, const api::KindInfo& kind) {
  std::vector<json::Value> values;
  values.reserve(objects.size());
  for (const kube::ObjectPtr& object : objects) {
    KAITO_ASSIGN_OR_RETURN(values.emplace_back(),
                           kube::ParseKept(*object, kind));
  }
  return values;
}

bool HasAll(const json::Value& object, const Labels& labels) {
  return std::all_of(labels.begin(), labels.end(), [&](const auto& label) {
    return object.StringAt({"metadata", "labels", label.first}) == label.second;
  });
}

}  // namespace

ClusterCache::ClusterCache(Clock& clock, kube::ApiClient& client,
                           const ClusterCacheOptions& options)
    : clock_(clock), client_(client), metrics_(options.metrics) {
  workspaces_ =
      Add(kWorkspaces, kube::KeepAll(), {ByPhase(), ByPreset(), ByNodeLabel()});
  nodes_ = Add(api::Node::kKind, kube::KeepFields(NodeFields()), {ByLabels()});
  // Objects under a Workspace's names that lack its label are someone else's:
  // the server says so when they are in the way. Services too: one that someone
  // deletes comes back.
  for (const api::KindInfo* kind :
       {&api::Job::kKind, &api::Deployment::kKind, &api::Service::kKind}) {
    Add(*kind, kube::KeepAll(), {ByWorkspace(*kind)}, api::label::kWorkspace);
  }
  Add(api::ControllerRevision::kKind, kube::KeepAll(),
      {ByWorkspace(api::ControllerRevision::kKind)},
      api::label::kRevisionOwner);
  Add(api::Pod::kKind, kube::KeepFields(PodFields()),
      {ByWorkspace(api::Pod::kKind)}, api::label::kWorkspace);
  if (options.claims != nullptr) {
    Add(*options.claims, kube::KeepFields(ClaimFields()),
        {ByWorkspace(*options.claims)}, api::label::kWorkspace);
  }
}

ClusterCache::~ClusterCache() { Stop(); }

ClusterCache::KeptCache* ClusterCache::Add(
    const api::KindInfo& info, KeptCache::Reader reader,
    std::vector<kube::ObjectIndex> indexes, absl::string_view label_selector) {
  Kind& kind = kinds_[std::string(info.plural)];
  kind.info = info;
  kind.cache = std::make_unique<KeptCache>(
      clock_, client_,
      kube::CacheOptions{.gvr = info.gvr(),
                         .label_selector = std::string(label_selector),
                         .indexes = std::move(indexes),
                         .metrics = metrics_},
      std::move(reader));
  return kind.cache.get();
}

std::vector<kube::ObjectKey> ClusterCache::WorkspacesOfNode(
    const kube::CachedObject& node) const {
  const kube::ObjectStore& store = workspaces_->core().store();
  const int64_t index = workspaces_->core().IndexOf(index::kLabel);
  std::vector<kube::ObjectKey> keys;
  const auto add = [&](absl::string_view label) {
    for (const kube::ObjectPtr& workspace : store.ByIndex(index, label)) {
      keys.push_back(workspace->summary.key);
    }
  };
  add("");
  for (const std::string& label : node.index_values[0]) add(label);
  return keys;
}

void ClusterCache::EnqueueInto(kube::WorkQueue& queue) {
  kube::Enqueue(workspaces_->core(), queue, {.filter = kube::PrimaryFilter()});
  for (auto& [plural, kind] : kinds_) {
    if (kind.cache.get() == workspaces_) continue;
    const bool is_node = kind.cache.get() == nodes_;
    kind.cache->core().OnChange(
        [this, &queue, is_node](const kube::ObjectChange& change) {
          if (!kube::KeptChanged(change)) return;
          std::set<kube::ObjectKey> keys;
          for (const kube::ObjectPtr& object : {change.before, change.after}) {
            if (object == nullptr) continue;
            if (is_node) {
              for (kube::ObjectKey& key : WorkspacesOfNode(*object)) {
                keys.insert(std::move(key));
              }
              continue;
            }
            for (const std::string& owner : object->index_values[0]) {
              keys.insert(OwnerOf(owner));
            }
          }
          for (const kube::ObjectKey& key : keys) {
            queue.Add(key, change.initial ? kube::kLowPriority : 0);
          }
        });
  }
}

absl::Status ClusterCache::Start(const StopToken& stop) {
  for (auto& [plural, kind] : kinds_) {
    KAITO_RETURN_IF_ERROR(kind.cache->core().Start(stop));
  }
  return absl::OkStatus();
}

void ClusterCache::Stop() {
  for (auto& [plural, kind] : kinds_) kind.cache->core().Stop();
}

bool ClusterCache::synced() const {
  return std::all_of(kinds_.begin(), kinds_.end(), [](const auto& kind) {
    return kind.second.cache->core().synced();
  });
}

absl::Status ClusterCache::AwaitSync(const StopToken& stop) const {
  for (const auto& [plural, kind] : kinds_) {
    KAITO_RETURN_IF_ERROR(kind.cache->core().AwaitSync(stop));
  }
  return absl::OkStatus();
}

absl::StatusOr<const ClusterCache::KeptCache*> ClusterCache::CacheOf(
    const api::KindInfo& kind) const {
  const auto found = kinds_.find(kind.plural);
  if (found == kinds_.end()) {
    return absl::InternalError(
        absl::StrCat("cluster cache: ", kind.plural, " are not kept"));
  }
  return found->second.cache.get();
}

absl::StatusOr<std::optional<json::Value>> ClusterCache::Find(
    const api::KindInfo& kind, const kube::ObjectKey& key,
    const StopToken&) const {
  KAITO_ASSIGN_OR_RETURN(const KeptCache* cache, CacheOf(kind));
  const kube::ObjectPtr object = cache->core().store().Get(key);
  if (object == nullptr) return std::optional<json::Value>();
  KAITO_ASSIGN_OR_RETURN(json::Value value, kube::ParseKept(*object, kind));
  return std::optional<json::Value>(std::move(value));
}

absl::StatusOr<std::vector<json::Value>> ClusterCache::FindOf(
    const api::KindInfo& kind, const kube::ObjectKey& workspace,
    const StopToken&) const {
  const auto found = kinds_.find(kind.plural);
  // Claims where nobody makes any.
  if (found == kinds_.end()) return std::vector<json::Value>();
  const kube::ObjectCache& cache = found->second.cache->core();
  return ParseAll(
      cache.store().ByIndex(cache.IndexOf(index::kOwner), OwnerText(workspace)),
      kind);
}

absl::StatusOr<std::vector<json::Value>> ClusterCache::FindNodes(
    const Labels& labels, const StopToken&) const {
  const kube::ObjectCache& cache = nodes_->core();
  const std::string label = LookupLabel(labels);
  KAITO_ASSIGN_OR_RETURN(
      std::vector<json::Value> nodes,
      ParseAll(label.empty()
                   ? cache.store().List()
                   : cache.store().ByIndex(cache.IndexOf(index::kLabel), label),
               api::Node::kKind));
  std::erase_if(nodes,
                [&](const json::Value& node) { return !HasAll(node, labels); });
  return nodes;
}

int64_t ClusterCache::CountPhase(Phase phase) const {
  return static_cast<int64_t>(
      workspaces_->ByIndex(index::kPhase, PhaseText(phase)).size());
}

int64_t ClusterCache::CountPreset(absl::string_view preset) const {
  return static_cast<int64_t>(
      workspaces_->ByIndex(index::kPreset, preset).size());
}

}  // namespace kaito::controller
