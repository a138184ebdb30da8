#ifndef KAITO_PROVISIONER_CONTROLLER_PROVISIONER_H_
#define KAITO_PROVISIONER_CONTROLLER_PROVISIONER_H_

// The provisioner as a whole: watches Machines, NodeClaims and Nodes, and turns
// claims into nodes through one provider. In its own program, and inside the
// operator's where there is no cluster.
//
//   LocalProvider provider({.node_name = "laptop", ...});
//   KAITO_ASSIGN_OR_RETURN(
//       const std::unique_ptr<Provisioner> provisioner,
//       StartProvisioner(client, provider, clock, {}, stop));

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/kube/client/api_client.h"
#include "kaito/kube/metrics/registry.h"
#include "kaito/provisioner/lifecycle/decide.h"
#include "kaito/provisioner/types/provider.h"

namespace kaito::provisioner {

struct ProvisionerOptions {
  LifecycleTimeouts timeouts;
  int64_t workers = 4;   // Of each kind. A provider's Create may take minutes.
  std::string instance;  // A host's or pod's name, for events.
  // How often lost claims and instances are looked for; each is acted on when
  // it was seen in two rounds. Nodes that the provider keeps are never lost.
  absl::Duration sweep = absl::Minutes(2);
  absl::Duration leaked_after = absl::Minutes(10);
  kube::MetricRegistry* metrics = nullptr;  // Outlives the provisioner.
};

class Provisioner {
 public:
  // Ends as its StopToken says; waits for its threads.
  virtual ~Provisioner() = default;

  // Whether all that is there was seen once.
  virtual bool synced() const = 0;
};

// Runs until `stop`, and in any case no longer than what it returns. All that
// is given outlives it.
absl::StatusOr<std::unique_ptr<Provisioner>> StartProvisioner(
    kube::ApiClient& client, Provider& provider, Clock& clock,
    const ProvisionerOptions& options, const StopToken& stop);

// One round of looking for claims whose instance is gone, which are deleted
// unless their node lives, and for instances whose claim is gone, which are
// deleted where they are older than `leaked_after`. What was seen in the last
// round is in `suspects`.
absl::Status Sweep(kube::ApiClient& client, Provider& provider, absl::Time now,
                   absl::Duration leaked_after,
                   std::map<std::string, int64_t>& suspects,
                   const StopToken& stop);

}  // namespace kaito::provisioner

#endif  // KAITO_PROVISIONER_CONTROLLER_PROVISIONER_H_
