#include "kaito/kube/queue/work_queue.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/time/time.h"
#include "kaito/base/backoff/backoff.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/clock/steady_time.h"
#include "kaito/base/sync/mutex.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/kube/client/api_client.h"
#include "kaito/kube/metrics/registry.h"

namespace kaito::kube {
namespace {

MetricRegistry::Labels LabelsOf(const std::string& name) {
  return {{"name", name}, {"controller", name}};
}

}  // namespace

// controller-runtime's names, for its dashboards.
struct WorkQueue::Metrics {
  Metrics(MetricRegistry& registry, const std::string& name)
      : depth(registry.AddGauge(
            "workqueue_depth", "Keys that wait.",
            {{"name", name}, {"controller", name}, {"priority", ""}})),
        adds(registry.AddCounter("workqueue_adds_total", "Keys added.",
                                 LabelsOf(name))),
        retries(registry.AddCounter("workqueue_retries_total",
                                    "Keys added again after a failure.",
                                    LabelsOf(name))),
        waited(registry.AddHistogram("workqueue_queue_duration_seconds",
                                     "How long keys wait.", QueueBuckets(),
                                     LabelsOf(name))),
        worked(registry.AddHistogram("workqueue_work_duration_seconds",
                                     "How long keys take.", QueueBuckets(),
                                     LabelsOf(name))),
        unfinished(registry.AddGauge("workqueue_unfinished_work_seconds",
                                     "How long running keys have run, in all.",
                                     LabelsOf(name))),
        longest(registry.AddGauge("workqueue_longest_running_processor_seconds",
                                  "How long the longest key has run.",
                                  LabelsOf(name))) {}

  Gauge& depth;
  Counter& adds;
  Counter& retries;
  Histogram& waited;
  Histogram& worked;
  Gauge& unfinished;
  Gauge& longest;
};

WorkQueue::WorkQueue(Clock& clock, WorkQueueOptions options)
    : clock_(clock),
      options_(std::move(options)),
      metrics_(
          options_.metrics == nullptr
              ? nullptr
              : std::make_unique<Metrics>(*options_.metrics, options_.name)) {}

WorkQueue::~WorkQueue() = default;

void WorkQueue::CountDepth() {
  if (metrics_ != nullptr) {
    metrics_->depth.Set(static_cast<double>(queue_.size()));
  }
}

void WorkQueue::Queue(const ObjectKey& key, Dirty& dirty) {
  dirty.queued = true;
  queue_.emplace(dirty.place, key);
  CountDepth();
  changed_.NotifyOne();
}

void WorkQueue::RemoveDelayed(const ObjectKey& key) {
  const auto found = delayed_.find(key);
  if (found == delayed_.end()) return;
  by_time_.erase({found->second.ready, key});
  delayed_.erase(found);
}

void WorkQueue::AddLocked(const ObjectKey& key, int priority) {
  if (shut_down_) return;
  RemoveDelayed(key);
  const auto found = dirty_.find(key);
  if (found == dirty_.end()) {
    if (metrics_ != nullptr) metrics_->adds.Increment();
    Dirty& dirty = dirty_[key];
    dirty.place = {.priority = priority, .order = ++order_};
    dirty.since = clock_.NowSteady();
    if (!processing_.contains(key)) Queue(key, dirty);
    return;
  }
  Dirty& dirty = found->second;
  if (priority <= dirty.place.priority) return;
  if (dirty.queued) queue_.erase(dirty.place);
  dirty.place.priority = priority;
  if (dirty.queued) Queue(key, dirty);
}

void WorkQueue::Add(const ObjectKey& key, int priority) {
  MutexLock lock(mutex_);
  AddLocked(key, priority);
}

void WorkQueue::AddAfter(const ObjectKey& key, absl::Duration delay,
                         int priority) {
  MutexLock lock(mutex_);
  if (delay <= absl::ZeroDuration()) return AddLocked(key, priority);
  if (shut_down_ || dirty_.contains(key)) return;
  Delayed next{.ready = clock_.NowSteady() + delay, .priority = priority};
  if (const auto found = delayed_.find(key); found != delayed_.end()) {
    next.priority = std::max(next.priority, found->second.priority);
    next.ready = std::min(next.ready, found->second.ready);
  }
  RemoveDelayed(key);
  delayed_[key] = next;
  by_time_.emplace(next.ready, key);
  // Whoever waits may have to wake earlier.
  changed_.NotifyAll();
}

void WorkQueue::AddRateLimited(const ObjectKey& key) {
  absl::Duration delay;
  {
    MutexLock lock(mutex_);
    delay = DelayAfter(options_.backoff, failures_[key]++);
  }
  if (metrics_ != nullptr) metrics_->retries.Increment();
  AddAfter(key, delay);
}

void WorkQueue::Forget(const ObjectKey& key) {
  MutexLock lock(mutex_);
  failures_.erase(key);
}

int64_t WorkQueue::failures(const ObjectKey& key) const {
  MutexLock lock(mutex_);
  const auto found = failures_.find(key);
  return found == failures_.end() ? 0 : found->second;
}

SteadyTime WorkQueue::AddDue() {
  const SteadyTime now = clock_.NowSteady();
  while (!by_time_.empty() && by_time_.begin()->first <= now) {
    const ObjectKey key = by_time_.begin()->second;
    const int priority = delayed_[key].priority;
    AddLocked(key, priority);
  }
  return by_time_.empty() ? SteadyTime::InfiniteFuture()
                          : by_time_.begin()->first;
}

std::optional<ObjectKey> WorkQueue::Get(const StopToken& stop) {
  const StopCallback wake = stop.OnStop([this] {
    MutexLock lock(mutex_);
    changed_.NotifyAll();
  });
  MutexLock lock(mutex_);
  while (true) {
    if (stop.stopped()) return std::nullopt;
    const SteadyTime next = AddDue();
    if (!queue_.empty()) break;
    if (shut_down_) return std::nullopt;
    if (next == SteadyTime::InfiniteFuture()) {
      changed_.Wait(mutex_);
    } else {
      // Early or late, the loop looks again.
      (void)clock_.WaitUntil(changed_, mutex_, next);
    }
  }
  const ObjectKey key = queue_.begin()->second;
  queue_.erase(queue_.begin());
  const auto dirty = dirty_.find(key);
  const SteadyTime now = clock_.NowSteady();
  if (metrics_ != nullptr) {
    metrics_->waited.Observe(absl::ToDoubleSeconds(now - dirty->second.since));
  }
  dirty_.erase(dirty);
  processing_[key] = now;
  CountDepth();
  return key;
}

void WorkQueue::Done(const ObjectKey& key) {
  MutexLock lock(mutex_);
  const auto found = processing_.find(key);
  if (found == processing_.end()) return;
  if (metrics_ != nullptr) {
    metrics_->worked.Observe(
        absl::ToDoubleSeconds(clock_.NowSteady() - found->second));
  }
  processing_.erase(found);
  if (const auto again = dirty_.find(key); again != dirty_.end()) {
    Queue(key, again->second);
  }
}

void WorkQueue::ShutDown(Pending pending) {
  MutexLock lock(mutex_);
  shut_down_ = true;
  delayed_.clear();
  by_time_.clear();
  if (pending == Pending::kDiscard) {
    queue_.clear();
    dirty_.clear();
    CountDepth();
  }
  changed_.NotifyAll();
}

int64_t WorkQueue::size() const {
  MutexLock lock(mutex_);
  return static_cast<int64_t>(queue_.size());
}

int64_t WorkQueue::delayed() const {
  MutexLock lock(mutex_);
  return static_cast<int64_t>(delayed_.size());
}

int64_t WorkQueue::running() const {
  MutexLock lock(mutex_);
  return static_cast<int64_t>(processing_.size());
}

WorkQueue::Unfinished WorkQueue::unfinished() const {
  Unfinished unfinished;
  MutexLock lock(mutex_);
  const SteadyTime now = clock_.NowSteady();
  for (const auto& [key, since] : processing_) {
    unfinished.total += now - since;
    unfinished.longest = std::max(unfinished.longest, now - since);
  }
  if (metrics_ != nullptr) {
    metrics_->unfinished.Set(absl::ToDoubleSeconds(unfinished.total));
    metrics_->longest.Set(absl::ToDoubleSeconds(unfinished.longest));
  }
  return unfinished;
}

}  // namespace kaito::kube
