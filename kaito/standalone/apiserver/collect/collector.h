#ifndef KAITO_STANDALONE_APISERVER_COLLECT_COLLECTOR_H_
#define KAITO_STANDALONE_APISERVER_COLLECT_COLLECTOR_H_

// What a real cluster's controller manager does for every kind, in one thread:
//
// - dependents of owners that are gone go too, or lose the reference where
//   another owner is left; foreground and orphan deletions come to their end;
// - namespaces that are being deleted are emptied, and then go; so are kinds
//   whose CustomResourceDefinition is;
// - events live an hour.
//
// It works by level: what it missed, as after a restart, it finds by looking at
// everything once.

#include <cstdint>
#include <set>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/clock/steady_time.h"
#include "kaito/base/sync/mutex.h"
#include "kaito/base/sync/thread_annotations.h"
#include "kaito/base/thread/thread.h"
#include "kaito/standalone/apiserver/resource/registry.h"
#include "kaito/standalone/apiserver/store/object_key.h"
#include "kaito/standalone/apiserver/store/store.h"

namespace kaito::apiserver {

class Collector {
 public:
  // All outlive it.
  Collector(Store& store, Registry& registry, Clock& clock);
  ~Collector() { Stop(); }

  // Begins; from here on the store's commits are to Wake() it.
  absl::Status Run();

  void Stop() KAITO_EXCLUDES(mutex_);
  // There are new events. Cheap.
  void Wake() KAITO_EXCLUDES(mutex_);

 private:
  void Loop() KAITO_EXCLUDES(mutex_);
  // All events that there are.
  absl::Status CatchUp();
  absl::Status LookAtAll();
  absl::Status LookAt(const ObjectKey& key, absl::string_view body);
  // One step further with an object that waits for us.
  absl::Status Finish(const ObjectKey& key);
  absl::Status FinishIn(Transaction& transaction, const ObjectKey& key);
  absl::Status CheckOwners(Transaction& transaction, const ObjectKey& key);
  absl::Status ExpireEvents();

  Store& store_;
  Registry& registry_;
  Clock& clock_;
  // Of the loop's thread.
  int64_t position_ = 0;  // 0: nothing was looked at yet.
  std::set<ObjectKey> ending_;
  SteadyTime next_expiry_;

  Mutex mutex_;
  CondVar changed_;
  bool stopping_ KAITO_GUARDED_BY(mutex_) = false;
  bool woken_ KAITO_GUARDED_BY(mutex_) = true;
  Thread thread_;
};

}  // namespace kaito::apiserver

#endif  // KAITO_STANDALONE_APISERVER_COLLECT_COLLECTOR_H_
