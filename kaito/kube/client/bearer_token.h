#ifndef KAITO_KUBE_CLIENT_BEARER_TOKEN_H_
#define KAITO_KUBE_CLIENT_BEARER_TOKEN_H_

// The bearer token of a file that others renew, as the kubelet does with a
// pod's. For transport.h.
//
//   BearerToken token(path, Secret());
//   header = absl::StrCat("Bearer ", token.Get(clock.NowSteady()).Reveal());
//
// Read again every minute. Where that fails, the old one goes on being used.

#include <string>

#include "absl/time/time.h"
#include "kaito/base/clock/steady_time.h"
#include "kaito/base/log/secret.h"
#include "kaito/base/sync/mutex.h"
#include "kaito/base/sync/thread_annotations.h"

namespace kaito::kube {

// The kubelet renews at 80 % of a token's life, so this is always in time.
inline constexpr absl::Duration kTokenLifetime = absl::Seconds(60);
// Taken off it, so that a request is not sent with a token about to be stale.
inline constexpr absl::Duration kTokenLeeway = absl::Seconds(10);

// Thread-safe.
class BearerToken {
 public:
  // `fixed` is the token until the file can be read; for ever where `path` is
  // empty.
  BearerToken(std::string path, Secret fixed);

  // Empty: there is none.
  Secret Get(SteadyTime now) KAITO_EXCLUDES(mutex_);

  // The server refused a request that was begun at `sent`. Whether there may be
  // another token: a token that was read after that is not dropped for it.
  bool Refused(SteadyTime sent) KAITO_EXCLUDES(mutex_);

 private:
  const std::string path_;
  Mutex mutex_;
  Secret token_ KAITO_GUARDED_BY(mutex_);
  bool read_ KAITO_GUARDED_BY(mutex_) = false;  // False: read it at once.
  SteadyTime read_at_ KAITO_GUARDED_BY(mutex_);
};

}  // namespace kaito::kube

#endif  // KAITO_KUBE_CLIENT_BEARER_TOKEN_H_
