#ifndef KAITO_KUBE_CLIENT_TOKEN_BUCKET_H_
#define KAITO_KUBE_CLIENT_TOKEN_BUCKET_H_

// A rate limit: so many at once, then so many a second. Pure: time comes in,
// the wait comes out. Not synchronised.
//
//   TokenBucket bucket({.per_second = 50, .burst = 100});
//   const absl::Duration wait = bucket.Reserve(clock.NowSteady());

#include "absl/time/time.h"
#include "kaito/base/clock/steady_time.h"

namespace kaito::kube {

struct TokenBucketOptions {
  double per_second = 50;
  double burst = 100;
};

class TokenBucket {
 public:
  explicit TokenBucket(const TokenBucketOptions& options)
      : options_(options), tokens_(options.burst) {}

  // Takes a token, a future one where there is none now: how long to wait
  // before using it.
  absl::Duration Reserve(SteadyTime now);

  // Takes a token where there is one.
  bool TryTake(SteadyTime now);

 private:
  void Refill(SteadyTime now);

  TokenBucketOptions options_;
  double tokens_;  // Negative: that many are promised.
  SteadyTime refilled_at_;
};

}  // namespace kaito::kube

#endif  // KAITO_KUBE_CLIENT_TOKEN_BUCKET_H_
