#ifndef KAITO_STANDALONE_NODE_POD_API_H_
#define KAITO_STANDALONE_NODE_POD_API_H_

// What the agent asks of the API server about one pod. Every write names the
// pod's uid: a pod of the same name that came later is another pod.

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "kaito/api/core/pod.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/kube/client/api_client.h"
#include "kaito/standalone/node/pod_sources.h"

namespace kaito::standalone {

// The ConfigMaps and Secrets that the pod names; those that don't exist are
// left out.
absl::StatusOr<PodSources> FetchSources(kube::ApiClient& client,
                                        const api::Pod& pod,
                                        const StopToken& stop);

absl::Status WritePodStatus(kube::ApiClient& client, const api::Pod& pod,
                            const api::PodStatus& status,
                            const StopToken& stop);

// Takes the object away, after all its processes have ended. OK where it is
// gone already.
absl::Status FinishDeletion(kube::ApiClient& client, const api::Pod& pod,
                            const StopToken& stop);

}  // namespace kaito::standalone

#endif  // KAITO_STANDALONE_NODE_POD_API_H_
