#include "kaito/kube/cache/object_cache.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/base/check/check.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/clock/steady_time.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/log/log.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/sync/mutex.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/base/thread/thread.h"
#include "kaito/kube/cache/list_watch_state.h"
#include "kaito/kube/cache/object_index.h"
#include "kaito/kube/cache/object_store.h"
#include "kaito/kube/cache/object_summary.h"
#include "kaito/kube/client/api_client.h"
#include "kaito/kube/metrics/registry.h"

namespace kaito::kube {

struct ObjectCache::Metrics {
  Metrics(MetricRegistry& registry, const std::string& resource)
      : labels{{"resource", resource}},
        lists(registry.AddCounter("reflector_lists_total",
                                  "Lists that were begun.", labels)),
        watches(registry.AddCounter("reflector_watches_total",
                                    "Watches that were opened.", labels)),
        restarts(registry.AddCounter("reflector_watch_restarts_total",
                                     "Watches that failed.", labels)),
        expired(registry.AddCounter("reflector_relists_410_total",
                                    "Versions that had expired.", labels)),
        events(registry.AddCounter("reflector_events_total",
                                   "Events of watches.", labels)),
        skipped(registry.AddCounter("reflector_skipped_total",
                                    "Objects that could not be read.", labels)),
        objects(registry.AddGauge("cache_objects", "Objects in the cache.",
                                  labels)) {}

  MetricRegistry::Labels labels;
  Counter& lists;
  Counter& watches;
  Counter& restarts;
  Counter& expired;
  Counter& events;
  Counter& skipped;
  Gauge& objects;
};

ObjectCache::ObjectCache(Clock& clock, ApiClient& client, CacheOptions options,
                         Projection projection)
    : clock_(clock),
      client_(client),
      options_(std::move(options)),
      projection_(std::move(projection)),
      name_(options_.gvr.qualified_resource()),
      metrics_(options_.metrics == nullptr
                   ? nullptr
                   : std::make_unique<Metrics>(*options_.metrics, name_)),
      store_(static_cast<int64_t>(options_.indexes.size())) {}

ObjectCache::~ObjectCache() { Stop(); }

void ObjectCache::OnChange(Handler handler) {
  handlers_.push_back(std::move(handler));
}

absl::Status ObjectCache::Start(const StopToken& stop) {
  stop_ = StopSource(stop);
  KAITO_ASSIGN_OR_RETURN(
      thread_, Thread::Start(absl::StrCat("w/", options_.gvr.resource),
                             [this, token = stop_.token()] { Run(token); }));
  return absl::OkStatus();
}

void ObjectCache::Stop() {
  stop_.RequestStop();
  thread_.Join();
}

bool ObjectCache::synced() const {
  MutexLock lock(mutex_);
  return synced_;
}

absl::Status ObjectCache::AwaitSync(const StopToken& stop) const {
  const StopCallback wake = stop.OnStop([this] {
    MutexLock lock(mutex_);
    changed_.NotifyAll();
  });
  MutexLock lock(mutex_);
  while (!synced_ && !stop.stopped()) changed_.Wait(mutex_);
  return synced_ ? absl::OkStatus() : stop.status();
}

int64_t ObjectCache::IndexOf(absl::string_view name) const {
  for (size_t i = 0; i < options_.indexes.size(); ++i) {
    if (options_.indexes[i].name == name) return static_cast<int64_t>(i);
  }
  KAITO_CHECK(false) << "the cache of " << name_ << " has no index " << name;
  return -1;
}

void ObjectCache::Run(const StopToken& stop) {
  ListWatchState state(options_.list_watch, options_.seed);
  std::vector<ObjectPtr> listed;
  while (!stop.stopped()) {
    const ListWatchStep step = state.Next();
    if (step.delay > absl::ZeroDuration() &&
        !WaitFor(clock_, step.delay, stop).ok()) {
      return;
    }
    if (step.kind == ListWatchStep::Kind::kList) {
      List(step, state, listed, stop);
    } else {
      Watch(step, state, stop);
    }
  }
}

void ObjectCache::List(const ListWatchStep& step, ListWatchState& state,
                       std::vector<ObjectPtr>& listed, const StopToken& stop) {
  if (step.continue_token.empty()) {
    listed.clear();
    if (metrics_ != nullptr) metrics_->lists.Increment();
  }
  const absl::StatusOr<ObjectList> page = client_.ReadList(
      options_.gvr, options_.ns,
      {.label_selector = options_.label_selector,
       .field_selector = options_.field_selector,
       .resource_version = step.resource_version,
       .limit = step.limit,
       .continue_token = step.continue_token},
      [&](const json::Cursor& item) {
        absl::StatusOr<ObjectPtr> object = Project(item);
        if (object.ok()) listed.push_back(*std::move(object));
        return absl::OkStatus();
      },
      stop);
  if (stop.stopped()) return;
  if (!page.ok()) {
    listed.clear();
    KAITO_LOG(WARNING, "cannot list; trying again",
              {{"resource", name_}, {"error", page.status()}});
    if (metrics_ != nullptr && absl::IsOutOfRange(page.status())) {
      metrics_->expired.Increment();
    }
    state.OnListError(page.status(), clock_.NowSteady());
    return;
  }
  state.OnPage(page->resource_version, page->continue_token);
  if (!page->continue_token.empty()) return;

  std::vector<ObjectChange> changes = store_.Replace(std::exchange(listed, {}));
  const bool initial = !synced();
  for (ObjectChange& change : changes) {
    change.initial = initial;
    Tell(change);
  }
  MutexLock lock(mutex_);
  synced_ = true;
  changed_.NotifyAll();
}

void ObjectCache::Watch(const ListWatchStep& step, ListWatchState& state,
                        const StopToken& stop) {
  if (metrics_ != nullptr) metrics_->watches.Increment();
  const SteadyTime begun = clock_.NowSteady();
  const absl::Status status = client_.ReadWatch(
      options_.gvr, options_.ns,
      {.label_selector = options_.label_selector,
       .field_selector = options_.field_selector,
       .resource_version = step.resource_version,
       .timeout = step.watch_timeout},
      [&](WatchEventType type, const json::Cursor& object) {
        return HandleEvent(type, object, state);
      },
      stop);
  if (stop.stopped()) return;
  const SteadyTime now = clock_.NowSteady();
  if (!status.ok()) {
    KAITO_LOG(INFO, "a watch has ended",
              {{"resource", name_}, {"error", status}});
    if (metrics_ != nullptr) {
      metrics_->restarts.Increment();
      if (absl::IsOutOfRange(status)) metrics_->expired.Increment();
    }
  }
  state.OnWatchEnd(status, now - begun, now);
}

absl::StatusOr<ObjectPtr> ObjectCache::Project(
    const json::Cursor& object) const {
  const auto project = [&]() -> absl::StatusOr<ObjectPtr> {
    auto cached = std::make_shared<CachedObject>();
    KAITO_ASSIGN_OR_RETURN(cached->summary, ReadSummary(object));
    KAITO_ASSIGN_OR_RETURN(cached->projection, projection_(object));
    for (const ObjectIndex& index : options_.indexes) {
      KAITO_RETURN_IF_ERROR(index.values(object, cached->summary,
                                         &cached->index_values.emplace_back()));
    }
    return cached;
  };
  absl::StatusOr<ObjectPtr> cached = project();
  if (!cached.ok()) {
    KAITO_LOG(WARNING, "an object cannot be read and is left out",
              {{"resource", name_}, {"error", cached.status()}});
    if (metrics_ != nullptr) metrics_->skipped.Increment();
  }
  return cached;
}

absl::Status ObjectCache::HandleEvent(WatchEventType type,
                                      const json::Cursor& object,
                                      ListWatchState& state) {
  if (metrics_ != nullptr) metrics_->events.Increment();
  absl::StatusOr<std::string> version = ReadResourceVersion(object);
  if (!version.ok()) return absl::UnavailableError(version.status().message());
  if (type != WatchEventType::kBookmark) {
    absl::StatusOr<ObjectPtr> cached = Project(object);
    if (cached.ok()) {
      const ObjectChange change = type == WatchEventType::kDeleted
                                      ? store_.Erase(*cached)
                                      : store_.Upsert(*cached);
      Tell(change);
    }
  }
  state.OnEvent(type, *version);
  return absl::OkStatus();
}

void ObjectCache::Tell(const ObjectChange& change) {
  if (metrics_ != nullptr) {
    metrics_->objects.Set(static_cast<double>(store_.size()));
  }
  if (change.before == nullptr && change.after == nullptr) return;
  for (const Handler& handler : handlers_) handler(change);
}

}  // namespace kaito::kube
