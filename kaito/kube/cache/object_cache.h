#ifndef KAITO_KUBE_CACHE_OBJECT_CACHE_H_
#define KAITO_KUBE_CACHE_OBJECT_CACHE_H_

// ObjectCache: the objects of one kind, kept up to date by list and watch on a
// thread of its own. Programs use Cache<T> (cache.h), which knows the type of
// what is kept.
//
//   ObjectCache pods(clock, client, {.gvr = api::Pod::kKind.gvr()}, project);
//   pods.OnChange([&](const ObjectChange& change) { queue.Add(change.key()); });
//   KAITO_RETURN_IF_ERROR(pods.Start(stop));
//   KAITO_RETURN_IF_ERROR(pods.AwaitSync(stop));
//
// There is no implicit cache: who reads a kind declares it. The cache lags
// behind writes; see the queue's owners for what to do about that.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/api/meta/gvk.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/sync/mutex.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/base/sync/thread_annotations.h"
#include "kaito/base/thread/thread.h"
#include "kaito/kube/cache/list_watch_state.h"
#include "kaito/kube/cache/object_index.h"
#include "kaito/kube/cache/object_store.h"
#include "kaito/kube/client/api_client.h"
#include "kaito/kube/metrics/registry.h"

namespace kaito::kube {

struct CacheOptions {
  api::GroupVersionResource gvr;
  std::string ns;  // Empty: all namespaces.
  std::string label_selector;
  std::string field_selector;
  std::vector<ObjectIndex> indexes;
  ListWatchOptions list_watch;
  uint64_t seed = 1;                  // Of waits and of watches' lengths.
  MetricRegistry* metrics = nullptr;  // Outlives the cache.
};

class ObjectCache {
 public:
  // What is kept of an object. An error keeps it out of the cache.
  using Projection = std::function<absl::StatusOr<std::shared_ptr<const void>>(
      const json::Cursor& object)>;
  // Called on the cache's thread, in order, with no lock held. Must only
  // compute keys: it holds up the watch.
  using Handler = std::function<void(const ObjectChange& change)>;

  // `clock` and `client` outlive the cache.
  ObjectCache(Clock& clock, ApiClient& client, CacheOptions options,
              Projection projection);
  // Stop().
  ~ObjectCache();
  ObjectCache(const ObjectCache&) = delete;
  ObjectCache& operator=(const ObjectCache&) = delete;

  // Before Start().
  void OnChange(Handler handler);

  // Begins to list and watch, until `stop`.
  absl::Status Start(const StopToken& stop);
  // Waits for the thread to end.
  void Stop();

  // Whether the first list is in the cache and was given to all handlers.
  bool synced() const KAITO_EXCLUDES(mutex_);
  // Waits for that; stop.status() where `stop` comes first.
  absl::Status AwaitSync(const StopToken& stop) const KAITO_EXCLUDES(mutex_);

  const ObjectStore& store() const { return store_; }
  // The number that ObjectStore::ByIndex takes; the index must be declared.
  int64_t IndexOf(absl::string_view name) const;
  const CacheOptions& options() const { return options_; }

 private:
  struct Metrics;

  void Run(const StopToken& stop);
  // One step; a list's pages gather in `listed`.
  void List(const ListWatchStep& step, ListWatchState& state,
            std::vector<ObjectPtr>& listed, const StopToken& stop);
  void Watch(const ListWatchStep& step, ListWatchState& state,
             const StopToken& stop);
  absl::StatusOr<ObjectPtr> Project(const json::Cursor& object) const;
  absl::Status HandleEvent(WatchEventType type, const json::Cursor& object,
                           ListWatchState& state);
  void Tell(const ObjectChange& change);

  Clock& clock_;
  ApiClient& client_;
  const CacheOptions options_;
  const Projection projection_;
  const std::string name_;  // "pods", for logs and metrics.
  const std::unique_ptr<Metrics> metrics_;
  std::vector<Handler> handlers_;
  ObjectStore store_;
  StopSource stop_;

  mutable Mutex mutex_;
  mutable CondVar changed_;
  bool synced_ KAITO_GUARDED_BY(mutex_) = false;

  Thread thread_;  // Last: it uses all of the above.
};

}  // namespace kaito::kube

#endif  // KAITO_KUBE_CACHE_OBJECT_CACHE_H_
