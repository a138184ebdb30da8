#ifndef KAITO_KUBE_QUEUE_WORK_QUEUE_H_
#define KAITO_KUBE_QUEUE_WORK_QUEUE_H_

// WorkQueue: the keys of objects to look at, each at most once at a time. For
// Controller (controller.h); handlers of caches add to it.
//
//   queue.Add({"default", "demo"});                  // Any thread.
//   while (auto key = queue.Get(stop)) {             // Workers.
//     Reconcile(*key) ? queue.Forget(*key) : queue.AddRateLimited(*key);
//     queue.Done(*key);
//   }
//
// A key added n times before it is taken runs once; added while it runs, once
// more after that. Higher priorities come first, and first come first served
// within one: a restart with thousands of objects does not delay an edit.

#include <compare>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "kaito/base/backoff/backoff.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/clock/steady_time.h"
#include "kaito/base/sync/mutex.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/base/sync/thread_annotations.h"
#include "kaito/kube/client/api_client.h"
#include "kaito/kube/metrics/registry.h"

namespace kaito::kube {

// Of objects from the first list, and of changes that change nothing
// (controller-runtime's number).
inline constexpr int kLowPriority = -100;

struct WorkQueueOptions {
  std::string name;  // Of the controller, for metrics.
  BackoffOptions backoff = kItemBackoff;
  MetricRegistry* metrics = nullptr;  // Outlives the queue.
};

// Thread-safe.
class WorkQueue {
 public:
  // What becomes of keys that still wait at a shutdown.
  enum class Pending { kRun, kDiscard };

  // `clock` outlives the queue.
  WorkQueue(Clock& clock, WorkQueueOptions options);
  ~WorkQueue();

  // A key that waits keeps the higher of its priorities, and the earlier of its
  // times. After ShutDown() nothing is added.
  void Add(const ObjectKey& key, int priority = 0) KAITO_EXCLUDES(mutex_);
  void AddAfter(const ObjectKey& key, absl::Duration delay, int priority = 0)
      KAITO_EXCLUDES(mutex_);
  // After a wait that doubles with each time since Forget().
  void AddRateLimited(const ObjectKey& key) KAITO_EXCLUDES(mutex_);
  void Forget(const ObjectKey& key) KAITO_EXCLUDES(mutex_);
  int64_t failures(const ObjectKey& key) const KAITO_EXCLUDES(mutex_);

  // Waits for a key; Done() must follow. Nothing: the queue was shut down, or
  // `stop` has stopped.
  std::optional<ObjectKey> Get(const StopToken& stop) KAITO_EXCLUDES(mutex_);
  void Done(const ObjectKey& key) KAITO_EXCLUDES(mutex_);

  // Delayed keys are discarded either way.
  void ShutDown(Pending pending) KAITO_EXCLUDES(mutex_);

  // Keys that are ready to run; that are delayed; that run.
  int64_t size() const KAITO_EXCLUDES(mutex_);
  int64_t delayed() const KAITO_EXCLUDES(mutex_);
  int64_t running() const KAITO_EXCLUDES(mutex_);

  // How long the running keys have run: all together, and the longest.
  struct Unfinished {
    absl::Duration total;
    absl::Duration longest;
  };
  Unfinished unfinished() const KAITO_EXCLUDES(mutex_);

 private:
  struct Metrics;
  // The place of a waiting key: higher priority, then earlier, is smaller.
  struct Place {
    int priority = 0;
    int64_t order = 0;
    std::strong_ordering operator<=>(const Place& other) const {
      if (priority != other.priority) return other.priority <=> priority;
      return order <=> other.order;
    }
    bool operator==(const Place& other) const = default;
  };
  struct Dirty {
    Place place;
    bool queued = false;  // Not while the key runs.
    SteadyTime since;
  };
  struct Delayed {
    SteadyTime ready;
    int priority = 0;
  };

  void AddLocked(const ObjectKey& key, int priority) KAITO_REQUIRES(mutex_);
  void Queue(const ObjectKey& key, Dirty& dirty) KAITO_REQUIRES(mutex_);
  void RemoveDelayed(const ObjectKey& key) KAITO_REQUIRES(mutex_);
  // Adds what is due; returns when the next one is.
  SteadyTime AddDue() KAITO_REQUIRES(mutex_);
  void CountDepth() KAITO_REQUIRES(mutex_);

  Clock& clock_;
  const WorkQueueOptions options_;
  const std::unique_ptr<Metrics> metrics_;

  mutable Mutex mutex_;
  CondVar changed_;
  std::map<ObjectKey, Dirty> dirty_ KAITO_GUARDED_BY(mutex_);
  std::map<Place, ObjectKey> queue_ KAITO_GUARDED_BY(mutex_);
  std::map<ObjectKey, SteadyTime> processing_ KAITO_GUARDED_BY(mutex_);
  std::map<ObjectKey, Delayed> delayed_ KAITO_GUARDED_BY(mutex_);
  std::set<std::pair<SteadyTime, ObjectKey>> by_time_ KAITO_GUARDED_BY(mutex_);
  std::map<ObjectKey, int64_t> failures_ KAITO_GUARDED_BY(mutex_);
  int64_t order_ KAITO_GUARDED_BY(mutex_) = 0;
  bool shut_down_ KAITO_GUARDED_BY(mutex_) = false;
};

}  // namespace kaito::kube

#endif  // KAITO_KUBE_QUEUE_WORK_QUEUE_H_
