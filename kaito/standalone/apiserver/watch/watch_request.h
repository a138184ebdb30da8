#ifndef KAITO_STANDALONE_APISERVER_WATCH_WATCH_REQUEST_H_
#define KAITO_STANDALONE_APISERVER_WATCH_WATCH_REQUEST_H_

// From the query of a watch to what the hub needs: the scope, the place from
// which on events are wanted, and the objects that come first.

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "kaito/standalone/apiserver/rest/render.h"
#include "kaito/standalone/apiserver/rest/verbs.h"
#include "kaito/standalone/apiserver/store/store.h"
#include "kaito/standalone/apiserver/watch/watch_hub.h"

namespace kaito::apiserver {

// A watch whose client names no time ends after this, and a random part of it
// more: as real servers do it, so that clients don't come back all at once.
inline constexpr int64_t kWatchSecondsSpread = 1800;

// resourceVersion "" and "0" begin with all objects that there are, others with
// the changes since. 504 for a version that is yet to come. `spread` is in
// [0, kWatchSecondsSpread).
absl::StatusOr<WatchRequest> PrepareWatch(Store& store, const Call& call,
                                          const Form& form, int64_t spread,
                                          absl::Time now);

}  // namespace kaito::apiserver

#endif  // KAITO_STANDALONE_APISERVER_WATCH_WATCH_REQUEST_H_
