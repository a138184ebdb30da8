#ifndef KAITO_STANDALONE_WORKLOADS_REPLICA_SETS_H_
#define KAITO_STANDALONE_WORKLOADS_REPLICA_SETS_H_

// The ReplicaSet controller, and the numbers of a rollout. Deployments make
// ReplicaSets (deployment_controller.h), one for each template; a ReplicaSet
// keeps so many pods.

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "kaito/api/meta/gvk.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/kube/client/api_client.h"
#include "kaito/kube/queue/reconcile.h"

namespace kaito::standalone {

inline constexpr api::KindInfo kReplicaSetKind = {.group = "apps",
                                                  .version = "v1",
                                                  .kind = "ReplicaSet",
                                                  .plural = "replicasets"};

absl::StatusOr<kube::ReconcileResult> ReconcileReplicaSet(
    kube::ApiClient& client, const kube::ObjectKey& key, const StopToken& stop);

// One ReplicaSet of a rollout.
struct Scale {
  int64_t wanted = 0;     // spec.replicas.
  int64_t pods = 0;       // status.replicas.
  int64_t available = 0;  // Of these.
};

struct RolloutLimits {
  int64_t replicas = 1;
  int64_t max_surge = 1;
  int64_t max_unavailable = 0;
  bool recreate = false;  // All old pods go before the first new one comes.
};

struct RolloutStep {
  int64_t new_wanted = 0;
  std::vector<int64_t> old_wanted;  // In the order given.
};

// The next step towards all pods being of the new set. Pure.
RolloutStep PlanRollout(const RolloutLimits& limits, const Scale& current,
                        const std::vector<Scale>& old);

}  // namespace kaito::standalone

#endif  // KAITO_STANDALONE_WORKLOADS_REPLICA_SETS_H_
