#include "kaito/kube/queue/reconcile.h"

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace kaito::kube {

AfterReconcile DecideAfter(const absl::StatusOr<ReconcileResult>& outcome,
                           const RetryOptions& options) {
  using Action = AfterReconcile::Action;
  if (outcome.ok()) {
    if (outcome->requeue_after <= absl::ZeroDuration()) {
      return {.action = Action::kForget};
    }
    return {.action = Action::kAfter, .delay = outcome->requeue_after};
  }
  switch (outcome.status().code()) {
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kUnimplemented:
      return {.action = Action::kGiveUp};
    case absl::StatusCode::kFailedPrecondition:
      return {.action = Action::kAfter, .delay = options.precondition};
    case absl::StatusCode::kResourceExhausted:
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kUnauthenticated:
      return {.action = Action::kAfter, .delay = options.slow};
    default:
      return {.action = Action::kBackoff};
  }
}

}  // namespace kaito::kube
