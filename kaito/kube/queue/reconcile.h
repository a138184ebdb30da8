#ifndef KAITO_KUBE_QUEUE_RECONCILE_H_
#define KAITO_KUBE_QUEUE_RECONCILE_H_

// What a reconcile returns, and what its controller does with it. Pure.
//
//   absl::StatusOr<ReconcileResult> Reconcile(const ObjectKey& key,
//                                             const StopToken& stop) {
//     ...
//     return ReconcileResult{.requeue_after = absl::Seconds(30)};
//   }

#include <functional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/kube/client/api_client.h"

namespace kaito::kube {

struct ReconcileResult {
  // When to look again at the latest; 0: when something changes.
  absl::Duration requeue_after;
};

// By level: reads all, changes what is not as it should be; safe to run twice
// and to end anywhere. An object that is gone is a success. Called for one key
// at a time, for different ones from several threads. `stop` also ends when the
// controller's time for one run is over.
using Reconcile = std::function<absl::StatusOr<ReconcileResult>(
    const ObjectKey& key, const StopToken& stop)>;

// The waits after the errors that a change elsewhere must heal.
struct RetryOptions {
  // FailedPrecondition: an event is to come; this is in case it does not.
  absl::Duration precondition = absl::Seconds(30);
  // ResourceExhausted, PermissionDenied, Unauthenticated: no capacity or no
  // right; asking often does not help.
  absl::Duration slow = absl::Minutes(1);
};

struct AfterReconcile {
  enum class Action {
    kForget,   // Until the next change.
    kAfter,    // Again after `delay`; failures are forgotten.
    kBackoff,  // Again after a wait that grows.
    kGiveUp,   // As kForget, but it was an error.
  };
  Action action = Action::kForget;
  absl::Duration delay;
};

// By the table of errors in docs/architecture.md: InvalidArgument and
// Unimplemented wait for a change; what the world must heal is tried slowly; all
// else, conflicts included, backs off.
AfterReconcile DecideAfter(const absl::StatusOr<ReconcileResult>& outcome,
                           const RetryOptions& options);

}  // namespace kaito::kube

#endif  // KAITO_KUBE_QUEUE_RECONCILE_H_
