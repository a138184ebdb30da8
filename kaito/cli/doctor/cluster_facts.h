#ifndef KAITO_CLI_DOCTOR_CLUSTER_FACTS_H_
#define KAITO_CLI_DOCTOR_CLUSTER_FACTS_H_

// Looks at the cluster, and at a registry, for `kubectl kaito doctor`. Changes
// nothing there.
//
//   const ClusterFacts facts = LookAtCluster(*client, origin, ns, stop);

#include <string>

#include "absl/strings/string_view.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/cli/doctor/findings.h"
#include "kaito/kube/client/api_client.h"

namespace kaito::cli {

ClusterFacts LookAtCluster(kube::ApiClient& client, const std::string& origin,
                           const std::string& ns, const StopToken& stop);

// "registry.example.com", "127.0.0.1:5000/models": plain HTTP on this machine
// only, as a tuning Job pushes.
RegistryFacts LookAtRegistry(absl::string_view registry, Clock& clock,
                             const StopToken& stop);

}  // namespace kaito::cli

#endif  // KAITO_CLI_DOCTOR_CLUSTER_FACTS_H_
