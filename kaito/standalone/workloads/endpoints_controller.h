#ifndef KAITO_STANDALONE_WORKLOADS_ENDPOINTS_CONTROLLER_H_
#define KAITO_STANDALONE_WORKLOADS_ENDPOINTS_CONTROLLER_H_

// The Endpoints controller: which pods are behind a Service.

#include <vector>

#include "absl/status/statusor.h"
#include "kaito/api/core/endpoints.h"
#include "kaito/api/core/pod.h"
#include "kaito/api/core/service.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/kube/client/api_client.h"
#include "kaito/kube/queue/reconcile.h"

namespace kaito::standalone {

// Pure. Of the pods, those that the selector takes, have an address, and have
// not ended or begun to go.
std::vector<api::EndpointSubset> SubsetsOf(const api::Service& service,
                                           const std::vector<api::Pod>& pods);

absl::StatusOr<kube::ReconcileResult> ReconcileEndpoints(
    kube::ApiClient& client, const kube::ObjectKey& service,
    const StopToken& stop);

}  // namespace kaito::standalone

#endif  // KAITO_STANDALONE_WORKLOADS_ENDPOINTS_CONTROLLER_H_
