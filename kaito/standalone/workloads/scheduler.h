#ifndef KAITO_STANDALONE_WORKLOADS_SCHEDULER_H_
#define KAITO_STANDALONE_WORKLOADS_SCHEDULER_H_

// The scheduler: binds pods to a node that fits. There is one machine, under the
// names of all its Nodes: their labels and taints say which of them a pod goes
// to, and what they have is counted once. What matters is to say why a pod can't
// run.

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "kaito/api/core/node.h"
#include "kaito/api/core/pod.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/kube/client/api_client.h"
#include "kaito/kube/queue/reconcile.h"

namespace kaito::standalone {

// The pods, of `all_pods`, that live on what the node has: its own, and those of
// other Nodes that report the same machine (status.nodeInfo.machineID). Pure.
std::vector<const api::Pod*> PodsOfMachine(
    const api::Node& node, const std::vector<api::Node>& all_nodes,
    const std::vector<api::Pod>& all_pods);

// Why the pod can't run on the node, given the pods of its machine; nullopt
// where it can. Pure. Node selector, required node affinity, taints, readiness,
// and requests of cpu, memory, GPUs and pods count.
std::optional<std::string> WhyNot(
    const api::Pod& pod, const api::Node& node,
    const std::vector<const api::Pod*>& machine_pods);

absl::StatusOr<kube::ReconcileResult> SchedulePod(kube::ApiClient& client,
                                                  Clock& clock,
                                                  const kube::ObjectKey& key,
                                                  const StopToken& stop);

}  // namespace kaito::standalone

#endif  // KAITO_STANDALONE_WORKLOADS_SCHEDULER_H_
