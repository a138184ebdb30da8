#ifndef KAITO_STANDALONE_WORKLOADS_DEPLOYMENT_CONTROLLER_H_
#define KAITO_STANDALONE_WORKLOADS_DEPLOYMENT_CONTROLLER_H_

// The Deployment controller: a ReplicaSet for each template, and a rollout from
// the old ones to the current one.

#include "absl/status/statusor.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/kube/client/api_client.h"
#include "kaito/kube/queue/reconcile.h"

namespace kaito::standalone {

absl::StatusOr<kube::ReconcileResult> ReconcileDeployment(
    kube::ApiClient& client, Clock& clock, const kube::ObjectKey& key,
    const StopToken& stop);

}  // namespace kaito::standalone

#endif  // KAITO_STANDALONE_WORKLOADS_DEPLOYMENT_CONTROLLER_H_
