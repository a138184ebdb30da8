#ifndef KAITO_KUBE_LEADER_LEADER_ELECTOR_H_
#define KAITO_KUBE_LEADER_LEADER_ELECTOR_H_

// LeaderElector: makes sure that of several copies of a program one works, by a
// Lease (coordination.k8s.io/v1). Each copy waits for its turn; who loses its
// turn must end the process at once, and not clean up: someone else works
// already.
//
//   LeaderElector elector(clock, election_client,
//                         {.lease = {"kaito", "kaito-operator"},
//                          .identity = absl::StrCat(pod_name, "_", uuid)});
//   absl::Status status = elector.Run([&](const StopToken& leading) {
//     return RunControllers(leading);      // Until `leading` stops.
//   }, stop);
//   if (!status.ok()) return status;       // Lost: exit, not zero.
//
// Give it an ApiClient of its own: a burst of other requests must not cost the
// lease.

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/clock/steady_time.h"
#include "kaito/base/json/value.h"
#include "kaito/base/random/random.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/kube/client/api_client.h"
#include "kaito/kube/leader/lease_record.h"
#include "kaito/kube/metrics/registry.h"

namespace kaito::kube {

// Defaults of client-go. duration > renew_deadline > 1.2 * retry.
struct LeaderElectorOptions {
  ObjectKey lease;
  std::string identity;  // Of this copy alone, in this life of it.
  absl::Duration duration = absl::Seconds(15);
  absl::Duration renew_deadline = absl::Seconds(10);
  absl::Duration retry = absl::Seconds(2);
  // Gives the lease back after a clean end, so that the next copy need not wait.
  bool release = true;
  uint64_t seed = 1;                  // Of the waits between tries.
  MetricRegistry* metrics = nullptr;  // Outlives the elector.
};

class LeaderElector {
 public:
  // `clock` and `client` outlive it.
  LeaderElector(Clock& clock, ApiClient& client, LeaderElectorOptions options);

  // Waits until this copy leads, then calls `lead` on a thread of its own while
  // it renews the lease.
  //   OK            `stop` came, `lead` ended, and the lease is given back
  //   Aborted       the lease was lost; `lead` was asked to stop and has
  //   others        what `lead` returned by itself; InvalidArgument for options
  absl::Status Run(std::function<absl::Status(const StopToken& leading)> lead,
                   const StopToken& stop);

 private:
  absl::Status CheckOptions() const;
  // One try to hold the lease: OK where it is ours now; FailedPrecondition where
  // it is another's.
  absl::Status TryHold(const StopToken& stop);
  absl::Status Write(json::Value lease, const StopToken& stop);
  absl::Status Acquire(const StopToken& stop);
  // Until the lease is lost (Aborted) or `stop` stops (OK).
  absl::Status KeepHolding(const StopToken& stop);
  void Release();

  Clock& clock_;
  ApiClient& client_;
  const LeaderElectorOptions options_;
  Gauge* const master_;
  Counter* const slow_;
  Random random_;
  LeaseWatch watch_;
  json::Value lease_;  // As last read or written, for writes without a read.
};

}  // namespace kaito::kube

#endif  // KAITO_KUBE_LEADER_LEADER_ELECTOR_H_
