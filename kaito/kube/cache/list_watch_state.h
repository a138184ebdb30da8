#ifndef KAITO_KUBE_CACHE_LIST_WATCH_STATE_H_
#define KAITO_KUBE_CACHE_LIST_WATCH_STATE_H_

// What a cache should ask the API server next: a page of a list, or a watch,
// of which version, and after what wait. Pure: outcomes and time come in, the
// next step comes out. object_cache.h does what it says.
//
//   ListWatchState state({}, seed);
//   while (...) {
//     const ListWatchStep step = state.Next();
//     ... wait step.delay, then list or watch ...
//     state.OnPage(list.resource_version, list.continue_token);
//   }
//
// Versions are opaque: kept and sent back, never compared.

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/base/backoff/backoff.h"
#include "kaito/base/clock/steady_time.h"
#include "kaito/base/random/random.h"
#include "kaito/kube/client/api_client.h"

namespace kaito::kube {

// How new the first list must be.
enum class ListFrom : uint8_t {
  kStorage,     // As new as any write: paged, and slow where there is much.
  kServerCache  // Any version that the server has at hand, perhaps an old one:
                // the reader must bear going back in time.
};

struct ListWatchOptions {
  ListFrom from = ListFrom::kStorage;
  int64_t page_size = 500;
  // Watches end after a time between these, so that they don't all end at once.
  absl::Duration min_watch = absl::Minutes(5);
  absl::Duration max_watch = absl::Minutes(10);
  BackoffOptions backoff = kWatchBackoff;
};

struct ListWatchStep {
  enum class Kind : uint8_t { kList, kWatch };

  Kind kind = Kind::kList;
  absl::Duration delay;  // Before it.
  std::string resource_version;
  // Of a list. A step without a token starts anew: what came of a list before
  // is to be forgotten.
  std::string continue_token;
  int64_t limit = 0;
  absl::Duration watch_timeout;
};

class ListWatchState {
 public:
  ListWatchState(const ListWatchOptions& options, uint64_t seed)
      : options_(options), backoff_(options.backoff, seed), random_(seed, 1) {}

  ListWatchStep Next();

  // Of the list. After the last page, the next step is a watch.
  void OnPage(absl::string_view resource_version,
              absl::string_view continue_token);
  void OnListError(const absl::Status& status, SteadyTime now);

  // Of the watch, also of bookmarks.
  void OnEvent(WatchEventType type, absl::string_view resource_version);
  // `lasted` from before the request was sent.
  void OnWatchEnd(const absl::Status& status, absl::Duration lasted,
                  SteadyTime now);

  // Where a watch would start from; "" before the first list.
  const std::string& resource_version() const { return version_; }

 private:
  enum class Phase : uint8_t { kList, kWatch };

  // Starts a list "not older than" `version`; unpaged where asked for, or where
  // only the server's cache can answer quickly.
  void StartList(absl::string_view version, bool unpaged);
  void Relist();

  const ListWatchOptions options_;
  Backoff backoff_;
  Random random_;

  Phase phase_ = Phase::kList;
  bool started_ = false;
  absl::Duration delay_;
  // The list under way.
  std::string list_version_;
  std::string continue_token_;
  bool unpaged_ = false;
  std::string first_page_version_;
  // The last version that is known to be safe to watch from.
  std::string version_;
  int64_t events_ = 0;  // Of the watch under way.
};

// Whether the server has yet to see the version that was asked for.
bool IsTooLargeVersion(const absl::Status& status);

}  // namespace kaito::kube

#endif  // KAITO_KUBE_CACHE_LIST_WATCH_STATE_H_
