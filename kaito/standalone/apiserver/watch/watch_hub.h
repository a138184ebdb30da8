#ifndef KAITO_STANDALONE_APISERVER_WATCH_WATCH_HUB_H_
#define KAITO_STANDALONE_APISERVER_WATCH_WATCH_HUB_H_

// All watches of the server, served by one thread: it never waits for a client,
// and a slow one only falls behind, until the history that it needs is gone
// (410).
//
//   store.OnCommit([&] { hub.Wake(); });
//   hub.Add({.scope = scope, .position = version, …}, *std::move(stream));

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/clock/steady_time.h"
#include "kaito/base/http/response_writer.h"
#include "kaito/base/sync/mutex.h"
#include "kaito/base/sync/thread_annotations.h"
#include "kaito/base/thread/thread.h"
#include "kaito/standalone/apiserver/store/store.h"
#include "kaito/standalone/apiserver/watch/watch_fault.h"
#include "kaito/standalone/apiserver/watch/watch_line.h"

namespace kaito::apiserver {

struct WatchRequest {
  WatchScope scope;
  int64_t position = 0;  // Events after this version follow the lines below.
  std::vector<std::string> first_lines;
  bool bookmarks = false;
  absl::Duration timeout;
};

struct WatchHubOptions {
  // A real server sends one about each minute. Clients take silence for a dead
  // connection only after longer.
  absl::Duration bookmark_interval = absl::Seconds(30);
  // For tests; outlives the hub. Null: none.
  WatchFaults* faults = nullptr;
};

class WatchHub {
 public:
  // `store` and `clock` outlive it.
  static absl::StatusOr<std::unique_ptr<WatchHub>> Start(
      Store& store, Clock& clock, const WatchHubOptions& options);
  ~WatchHub();

  // Ends all watches; those that come later end at once.
  void Stop() KAITO_EXCLUDES(mutex_);

  void Add(WatchRequest request, http::BodyStream stream)
      KAITO_EXCLUDES(mutex_);
  // There are new events. Cheap.
  void Wake() KAITO_EXCLUDES(mutex_);

 private:
  struct Watch;

  WatchHub(Store& store, Clock& clock, const WatchHubOptions& options);
  void Loop() KAITO_EXCLUDES(mutex_);
  // False: the watch is over.
  bool Serve(Watch& watch);
  // False: the client is behind (blocked is set) or gone.
  bool Flush(Watch& watch);
  // One line, as the faults want it. False: the watch is over.
  bool Misbehave(Watch& watch);
  // Turns new events into lines. False: there are none, or the end.
  bool Collect(Watch& watch);
  SteadyTime NextTime(const std::vector<std::unique_ptr<Watch>>& watches) const;

  Store& store_;
  Clock& clock_;
  const WatchHubOptions options_;
  ParsedEvents parsed_;  // Of the loop's thread.

  Mutex mutex_;
  CondVar changed_;
  bool stopping_ KAITO_GUARDED_BY(mutex_) = false;
  bool woken_ KAITO_GUARDED_BY(mutex_) = false;
  std::vector<std::unique_ptr<Watch>> added_ KAITO_GUARDED_BY(mutex_);
  Thread thread_;
};

}  // namespace kaito::apiserver

#endif  // KAITO_STANDALONE_APISERVER_WATCH_WATCH_HUB_H_
