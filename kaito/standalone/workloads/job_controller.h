#ifndef KAITO_STANDALONE_WORKLOADS_JOB_CONTROLLER_H_
#define KAITO_STANDALONE_WORKLOADS_JOB_CONTROLLER_H_

// The Job controller: one reconcile (kaito/kube/queue/reconcile.h).

#include "absl/status/statusor.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/kube/client/api_client.h"
#include "kaito/kube/queue/reconcile.h"

namespace kaito::standalone {

absl::StatusOr<kube::ReconcileResult> ReconcileJob(kube::ApiClient& client,
                                                   Clock& clock,
                                                   const kube::ObjectKey& key,
                                                   const StopToken& stop);

}  // namespace kaito::standalone

#endif  // KAITO_STANDALONE_WORKLOADS_JOB_CONTROLLER_H_
