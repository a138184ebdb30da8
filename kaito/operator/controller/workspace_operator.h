#ifndef KAITO_OPERATOR_CONTROLLER_WORKSPACE_OPERATOR_H_
#define KAITO_OPERATOR_CONTROLLER_WORKSPACE_OPERATOR_H_

// The running operator: watches what Workspaces depend on, reconciles those
// that a change concerns, and answers /metrics, /healthz and /readyz. main()
// starts one over the cluster's API server, or over the one that it embeds.
//
//   KAITO_ASSIGN_OR_RETURN(const std::unique_ptr<WorkspaceOperator> op,
//                          StartOperator(options, client, clock, stop));
//   const absl::Status lost = op->Wait(stop);
//   op->Stop();

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/kube/client/api_client.h"
#include "kaito/operator/controller/reconciler.h"

namespace kaito::controller {

// That of several copies one works, by a Lease. Who loses it must end the
// process: another copy works already.
struct ElectionOptions {
  // Of its own, so that a burst of requests does not cost the lease; outlives
  // the operator. nullptr: no election, this copy works.
  kube::ApiClient* client = nullptr;
  kube::ObjectKey lease;
  std::string identity;  // Of this copy alone, in this life of it.
};

struct OperatorOptions {
  // reconciler.events is the operator's own where it is null.
  ReconcilerOptions reconciler;
  int64_t workers = 5;
  std::string instance;  // Who tells events: a host's or pod's name.
  // Address of the server for metrics and health.
  std::string http_address = "127.0.0.1";
  int64_t http_port = 0;  // 0: any free one. -1: none.
  ElectionOptions election;
};

class WorkspaceOperator {
 public:
  virtual ~WorkspaceOperator() = default;  // Stop().

  // Of the server; 0 where there is none.
  virtual int http_port() const = 0;
  // Whether this copy leads.
  virtual bool leading() const = 0;
  // Whether all caches have their first list, or another copy leads (a copy
  // that waits for its turn must not hold up a rollout). /readyz says the same.
  virtual bool ready() const = 0;
  // Waits for `stop` (OK), or for the end of leading: Aborted where the lease
  // was lost. By then nothing of this copy writes any more.
  virtual absl::Status Wait(const StopToken& stop) = 0;
  // Lets running reconciles end, waits for all threads, and gives the lease
  // back.
  virtual void Stop() = 0;
};

// Returns when its threads run; they wait by themselves for an API server that
// is not there yet. `client` and `clock` outlive what is returned.
absl::StatusOr<std::unique_ptr<WorkspaceOperator>> StartOperator(
    const OperatorOptions& options, kube::ApiClient& client, Clock& clock,
    const StopToken& stop);

}  // namespace kaito::controller

#endif  // KAITO_OPERATOR_CONTROLLER_WORKSPACE_OPERATOR_H_
