#include "kaito/standalone/apiserver/watch/watch_hub.h"

#include <algorithm>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/clock/steady_time.h"
#include "kaito/base/http/response_writer.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/sync/mutex.h"
#include "kaito/base/thread/thread.h"
#include "kaito/standalone/apiserver/rest/render.h"
#include "kaito/standalone/apiserver/store/object_key.h"
#include "kaito/standalone/apiserver/store/store.h"
#include "kaito/standalone/apiserver/watch/watch_fault.h"
#include "kaito/standalone/apiserver/watch/watch_line.h"

namespace kaito::apiserver {
namespace {

// Events taken at once: bounds the lines in memory for a client that is behind.
constexpr int64_t kBatch = 200;
// How soon a client that is behind is tried again.
constexpr absl::Duration kRetry = absl::Milliseconds(20);

}  // namespace

struct WatchHub::Watch {
  Watch(WatchRequest r, http::BodyStream s)
      : scope(std::move(r.scope)),
        position(r.position),
        lines(std::make_move_iterator(r.first_lines.begin()),
              std::make_move_iterator(r.first_lines.end())),
        bookmarks(r.bookmarks),
        timeout(r.timeout),
        first(lines.empty()),
        stream(std::move(s)) {}

  WatchScope scope;
  int64_t position;
  std::deque<std::string> lines;  // To be sent.
  bool bookmarks;
  absl::Duration timeout;
  bool first;  // No object was sent yet.
  http::BodyStream stream;
  SteadyTime end;
  SteadyTime next_bookmark;
  bool blocked = false;
  bool ended = false;       // After the lines.
  bool silent = false;      // By a fault.
  bool misbehaved = false;  // The first line has had its fault.
};

WatchHub::WatchHub(Store& store, Clock& clock, const WatchHubOptions& options)
    : store_(store), clock_(clock), options_(options) {}

absl::StatusOr<std::unique_ptr<WatchHub>> WatchHub::Start(
    Store& store, Clock& clock, const WatchHubOptions& options) {
  std::unique_ptr<WatchHub> hub(new WatchHub(store, clock, options));
  KAITO_ASSIGN_OR_RETURN(
      hub->thread_, Thread::Start("watches", [h = hub.get()] { h->Loop(); }));
  return hub;
}

WatchHub::~WatchHub() { Stop(); }

void WatchHub::Stop() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
  }
  changed_.NotifyAll();
  thread_.Join();
}

void WatchHub::Add(WatchRequest request, http::BodyStream stream) {
  auto watch = std::make_unique<Watch>(std::move(request), std::move(stream));
  const SteadyTime now = clock_.NowSteady();
  watch->end = now + watch->timeout;
  watch->next_bookmark = now + options_.bookmark_interval;
  {
    MutexLock lock(mutex_);
    if (stopping_) return;
    added_.push_back(std::move(watch));
  }
  changed_.NotifyAll();
}

void WatchHub::Wake() {
  {
    MutexLock lock(mutex_);
    woken_ = true;
  }
  changed_.NotifyAll();
}

SteadyTime WatchHub::NextTime(
    const std::vector<std::unique_ptr<Watch>>& watches) const {
  const SteadyTime now = clock_.NowSteady();
  // Clients that leave are noticed then at the latest.
  SteadyTime next = now + options_.bookmark_interval;
  for (const std::unique_ptr<Watch>& watch : watches) {
    next = std::min(next, watch->end);
    if (watch->bookmarks) next = std::min(next, watch->next_bookmark);
    if (watch->blocked) next = std::min(next, now + kRetry);
  }
  return next;
}

void WatchHub::Loop() {
  std::vector<std::unique_ptr<Watch>> watches;
  while (true) {
    const SteadyTime next = NextTime(watches);
    {
      MutexLock lock(mutex_);
      while (!stopping_ && !woken_ && added_.empty()) {
        if (clock_.WaitUntil(changed_, mutex_, next)) break;
      }
      if (stopping_) {
        added_.clear();
        return;
      }
      woken_ = false;
      for (std::unique_ptr<Watch>& watch : added_) {
        watches.push_back(std::move(watch));
      }
      added_.clear();
    }
    watches.erase(std::remove_if(watches.begin(), watches.end(),
                                 [&](const std::unique_ptr<Watch>& watch) {
                                   return !Serve(*watch);
                                 }),
                  watches.end());
    parsed_.Clear();
  }
}

bool WatchHub::Serve(Watch& watch) {
  if (watch.stream.client_gone().stopped()) return false;
  watch.blocked = false;
  while (Flush(watch)) {
    if (watch.ended) {
      watch.stream.Finish().IgnoreError();
      return false;
    }
    if (!Collect(watch)) break;
  }
  if (watch.blocked) return true;
  if (watch.stream.client_gone().stopped()) return false;
  const SteadyTime now = clock_.NowSteady();
  const bool over = now >= watch.end;
  // The last word of a watch says from where the next one may go on.
  if (watch.bookmarks && (over || now >= watch.next_bookmark) &&
      watch.scope.form.kind != Form::Kind::kTable) {
    watch.lines.push_back(
        BookmarkLine(watch.scope, watch.position, /*initial_end=*/false));
    watch.next_bookmark = now + options_.bookmark_interval;
  }
  watch.ended = over;
  if (!Flush(watch)) return watch.blocked;
  if (over) watch.stream.Finish().IgnoreError();
  return !over;
}

bool WatchHub::Flush(Watch& watch) {
  while (!watch.lines.empty()) {
    if (options_.faults != nullptr && !watch.misbehaved) {
      if (!Misbehave(watch)) return false;
      if (watch.lines.empty()) break;
    }
    const absl::Status status = watch.stream.TryWrite(watch.lines.front());
    if (absl::IsResourceExhausted(status)) {
      watch.blocked = true;
      return false;
    }
    if (!status.ok()) return false;
    watch.lines.pop_front();
    watch.misbehaved = false;
  }
  return true;
}

bool WatchHub::Misbehave(Watch& watch) {
  while (!watch.lines.empty()) {
    if (watch.silent) {
      watch.lines.clear();
      return true;
    }
    std::string& line = watch.lines.front();
    switch (options_.faults->OnWatchLine(watch.scope.resource->plural, line)) {
      case WatchFault::kNone:
        watch.misbehaved = true;
        return true;
      case WatchFault::kDrop:
        watch.lines.pop_front();
        continue;
      case WatchFault::kTwice:
        line += std::string(line);
        watch.misbehaved = true;
        return true;
      case WatchFault::kCut:
        // The stream is dropped without its end, which breaks the connection.
        watch.stream.TryWrite(line.substr(0, line.size() / 2)).IgnoreError();
        return false;
      case WatchFault::kEnd:
        watch.stream.Finish().IgnoreError();
        return false;
      case WatchFault::kExpire:
        watch.lines.clear();
        watch.lines.push_back(ExpiredLine(watch.position, store_.version()));
        watch.ended = true;
        watch.misbehaved = true;
        return true;
      case WatchFault::kGoSilent:
        watch.silent = true;
        break;
    }
  }
  return true;
}

bool WatchHub::Collect(Watch& watch) {
  const absl::StatusOr<std::vector<StoreEventPtr>> events =
      store_.EventsAfter(watch.position, kBatch);
  if (!events.ok()) {
    watch.lines.push_back(ExpiredLine(watch.position, store_.version()));
    watch.ended = true;
    return true;
  }
  const absl::Time now = clock_.Now();
  for (const StoreEventPtr& event : *events) {
    watch.position = event->version;
    std::optional<std::string> line =
        WatchLine(watch.scope, *event, parsed_, watch.first, now);
    if (!line.has_value()) continue;
    watch.first = false;
    watch.lines.push_back(*std::move(line));
  }
  return !events->empty();
}

}  // namespace kaito::apiserver
