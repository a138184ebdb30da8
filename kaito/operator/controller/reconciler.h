#ifndef KAITO_OPERATOR_CONTROLLER_RECONCILER_H_
#define KAITO_OPERATOR_CONTROLLER_RECONCILER_H_

// Reconciler: one round for one Workspace: observe, judge, plan, apply, tell.
// By level: it looks at everything each time, so a lost event or a crash costs
// nothing but time.
//
//   Reconciler reconciler(clock, client, {.observer = {.settings = settings}});
//   KAITO_ASSIGN_OR_RETURN(const absl::Duration again,
//                          reconciler.Reconcile({"default", "tune"}, stop));

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "kaito/api/workspace/validation_facts.h"
#include "kaito/api/workspace/workspace.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/kube/client/api_client.h"
#include "kaito/operator/apply/applier.h"
#include "kaito/operator/controller/event_sink.h"
#include "kaito/operator/controller/own_writes.h"
#include "kaito/operator/observe/cluster_reader.h"
#include "kaito/operator/observe/observer.h"
#include "kaito/operator/presets/catalog.h"

namespace kaito::controller {

struct ReconcilerOptions {
  ObserverOptions observer;
  // Of the installation; the ConfigMap's content is added.
  api::ValidationFacts facts;
  const Catalog* catalog = nullptr;  // nullptr: the one that is built in.
  EventSink* events = nullptr;       // nullptr: nobody is told.
  // Caches by which a round sees whether there is anything to do; nullptr: the
  // server is asked each time.
  const ClusterReader* cache = nullptr;
};

// Thread-safe; for one key at a time.
class Reconciler {
 public:
  // What it is given by reference or pointer outlives it.
  Reconciler(Clock& clock, kube::ApiClient& client, ReconcilerOptions options);

  // When to look again though nothing changes; InfiniteDuration: not before a
  // change. Errors are for a wait that grows; those that only a change heals
  // are told in the status, and are none here.
  absl::StatusOr<absl::Duration> Reconcile(const kube::ObjectKey& key,
                                           const StopToken& stop);

 private:
  // A round about a Workspace: what it reads by, and what it wrote.
  struct Round;

  absl::StatusOr<absl::Duration> Run(const kube::ObjectKey& key, Round& round);
  // The same round by what the server has now: caches of different kinds are behind
  // by different times, which is good enough to see that nothing is to be done,
  // and for nothing else (a Job that shows as done before its pod does would
  // have its result recorded without the digest).
  absl::StatusOr<absl::Duration> RunFresh(const api::Workspace& workspace,
                                          Round& round);
  absl::StatusOr<absl::Duration> Accept(const api::Workspace& workspace,
                                        Round& round);
  absl::StatusOr<absl::Duration> Delete(const api::Workspace& workspace,
                                        Round& round);
  absl::StatusOr<absl::Duration> Bring(const api::Workspace& workspace,
                                       Round& round);
  absl::StatusOr<absl::Duration> Finish(const api::Workspace& workspace,
                                        const Plan& plan,
                                        api::WorkspaceStatus status,
                                        Round& round);
  Outcome Apply(const api::Workspace& workspace, const Plan& plan,
                Round& round);
  void TellOf(const api::Workspace& workspace, const Plan& plan,
              const Outcome& outcome, const api::WorkspaceStatus& status);

  Clock& clock_;
  const ReconcilerOptions options_;
  const Catalog& catalog_;
  const Observer observer_;
  const Applier applier_;
  const LiveReader live_;
  OwnWrites own_writes_;
};

}  // namespace kaito::controller

#endif  // KAITO_OPERATOR_CONTROLLER_RECONCILER_H_
