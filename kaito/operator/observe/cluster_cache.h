#ifndef KAITO_OPERATOR_OBSERVE_CLUSTER_CACHE_H_
#define KAITO_OPERATOR_OBSERVE_CLUSTER_CACHE_H_

// ClusterCache: all that the operator watches, kept as small as its readers
// allow, and indexed so that a round about one Workspace touches only what is
// the Workspace's. It reads as a ClusterReader, and tells a queue which
// Workspaces a change concerns.
//
//   ClusterCache cache(clock, client, {.claims = &api::Machine::kKind});
//   cache.EnqueueInto(controller.queue());
//   KAITO_RETURN_IF_ERROR(cache.Start(stop));
//   ...
//   KAITO_RETURN_IF_ERROR(cache.AwaitSync(stop));   // Before the first read.
//
// It lags behind the server: who writes must see to it that its own writes are
// in it before it is believed (controller/own_writes.h).

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/api/meta/gvk.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/json/value.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/kube/cache/cache.h"
#include "kaito/kube/cache/kept_object.h"
#include "kaito/kube/cache/object_index.h"
#include "kaito/kube/cache/object_store.h"
#include "kaito/kube/client/api_client.h"
#include "kaito/kube/metrics/registry.h"
#include "kaito/kube/queue/work_queue.h"
#include "kaito/operator/observe/cluster_index.h"
#include "kaito/operator/observe/cluster_reader.h"

namespace kaito::controller {

struct ClusterCacheOptions {
  // The kind by which nodes are asked for; nullptr: they are not.
  const api::KindInfo* claims = nullptr;
  kube::MetricRegistry* metrics = nullptr;  // Outlives the cache.
};

class ClusterCache final : public ClusterReader {
 public:
  // `clock` and `client` outlive it.
  ClusterCache(Clock& clock, kube::ApiClient& client,
               const ClusterCacheOptions& options);
  ~ClusterCache() override;

  // Before Start(). `queue` outlives the cache's threads.
  void EnqueueInto(kube::WorkQueue& queue);
  absl::Status Start(const StopToken& stop);
  void Stop();

  // Whether each kind's first list is in.
  bool synced() const;
  // Waits for that; stop.status() where `stop` comes first.
  absl::Status AwaitSync(const StopToken& stop) const;

  // Internal for a kind that is not kept.
  absl::StatusOr<std::optional<json::Value>> Find(
      const api::KindInfo& kind, const kube::ObjectKey& key,
      const StopToken& stop) const override;
  absl::StatusOr<std::vector<json::Value>> FindOf(
      const api::KindInfo& kind, const kube::ObjectKey& workspace,
      const StopToken& stop) const override;
  absl::StatusOr<std::vector<json::Value>> FindNodes(
      const Labels& labels, const StopToken& stop) const override;

  // For metrics.
  int64_t CountPhase(Phase phase) const;
  int64_t CountPreset(absl::string_view preset) const;

 private:
  using KeptCache = kube::Cache<kube::KeptObject>;

  struct Kind {
    api::KindInfo info;
    std::unique_ptr<KeptCache> cache;
  };

  KeptCache* Add(const api::KindInfo& info, KeptCache::Reader reader,
                 std::vector<kube::ObjectIndex> indexes,
                 absl::string_view label_selector = "");
  absl::StatusOr<const KeptCache*> CacheOf(const api::KindInfo& kind) const;
  std::vector<kube::ObjectKey> WorkspacesOfNode(
      const kube::CachedObject& node) const;

  Clock& clock_;
  kube::ApiClient& client_;
  kube::MetricRegistry* const metrics_;
  // By plural.
  std::map<std::string, Kind, std::less<>> kinds_;
  KeptCache* workspaces_ = nullptr;
  KeptCache* nodes_ = nullptr;
};

}  // namespace kaito::controller

#endif  // KAITO_OPERATOR_OBSERVE_CLUSTER_CACHE_H_
