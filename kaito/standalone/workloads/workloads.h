#ifndef KAITO_STANDALONE_WORKLOADS_WORKLOADS_H_
#define KAITO_STANDALONE_WORKLOADS_WORKLOADS_H_

// All workload controllers of standalone mode, running: Job, Deployment,
// ReplicaSet, Endpoints, Service, scheduler. For the operator's main.
//
//   KAITO_ASSIGN_OR_RETURN(std::unique_ptr<Workloads> workloads,
//                          StartWorkloads(client, clock, network, stop));

#include <memory>

#include "absl/status/statusor.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/kube/client/api_client.h"
#include "kaito/standalone/network/network.h"

namespace kaito::standalone {

// Destroying it ends all controllers; what they made stays.
class Workloads {
 public:
  virtual ~Workloads() = default;
};

// Returns once the first lists are there. All outlive what it returns.
absl::StatusOr<std::unique_ptr<Workloads>> StartWorkloads(
    kube::ApiClient& client, Clock& clock, Network& network,
    const StopToken& stop);

}  // namespace kaito::standalone

#endif  // KAITO_STANDALONE_WORKLOADS_WORKLOADS_H_
