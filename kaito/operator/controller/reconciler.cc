#include "kaito/operator/controller/reconciler.h"

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/api/core/config_map.h"
#include "kaito/api/meta/condition.h"
#include "kaito/api/schema/codec.h"
#include "kaito/api/workspace/credential.h"
#include "kaito/api/workspace/defaults.h"
#include "kaito/api/workspace/names.h"
#include "kaito/api/workspace/validation_facts.h"
#include "kaito/api/workspace/workspace.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/json/value.h"
#include "kaito/base/log/log.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/kube/client/api_client.h"
#include "kaito/operator/apply/applier.h"
#include "kaito/operator/controller/event_sink.h"
#include "kaito/operator/controller/fresh_reader.h"
#include "kaito/operator/controller/own_writes.h"
#include "kaito/operator/observe/cluster_reader.h"
#include "kaito/operator/observe/observer.h"
#include "kaito/operator/plan/assessment.h"
#include "kaito/operator/plan/make_plan.h"
#include "kaito/operator/plan/snapshot.h"
#include "kaito/operator/plan/step.h"
#include "kaito/operator/plan/valid_workspace.h"
#include "kaito/operator/presets/catalog.h"
#include "kaito/operator/render/settings.h"
#include "kaito/operator/status/make_status.h"

namespace kaito::controller {
namespace {

// What the server refuses is not asked for more often.
constexpr absl::Duration kAfterRefusal = absl::Minutes(1);

// Trying the same again soon may help.
bool MayPass(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kUnauthenticated:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kUnimplemented:
    case absl::StatusCode::kNotFound:  // The kind is not installed.
      return false;
    default:
      return true;
  }
}

// What the plan waits for, as its last step says.
std::string WaitingFor(const Plan& plan) {
  for (const Step& step : plan.steps) {
    if (step.action == Step::Action::kWait) return step.why;
  }
  return "for nothing more";
}

absl::string_view VerbOf(Step::Action action) {
  return action == Step::Action::kDelete   ? "Deleted"
         : action == Step::Action::kCreate ? "Created"
                                           : "Applied";
}

}  // namespace

struct Reconciler::Round {
  const ClusterReader& fresh;   // What the server has.
  const ClusterReader* reader;  // That, or the caches.
  const StopToken& stop;
  std::vector<Written> written;
};

Reconciler::Reconciler(Clock& clock, kube::ApiClient& client,
                       ReconcilerOptions options)
    : clock_(clock),
      options_(std::move(options)),
      catalog_(options_.catalog != nullptr ? *options_.catalog
                                           : BuiltInCatalog()),
      observer_(client, options_.observer),
      applier_(client),
      live_(client) {}

absl::StatusOr<absl::Duration> Reconciler::Reconcile(const kube::ObjectKey& key,
                                                     const StopToken& stop) {
  if (options_.cache == nullptr) {
    Round round = {.fresh = live_, .reader = &live_, .stop = stop};
    return Run(key, round);
  }
  const ClusterReader& cache = *options_.cache;
  KAITO_ASSIGN_OR_RETURN(const bool seen,
                         own_writes_.AllSeen(key, cache, live_, stop));
  const FreshReader fresh(cache, live_, own_writes_.Unseen(key));
  Round round = {
      .fresh = fresh, .reader = seen ? &cache : &fresh, .stop = stop};
  absl::StatusOr<absl::Duration> again = Run(key, round);
  own_writes_.Add(key, std::move(round.written));
  return again;
}

absl::StatusOr<absl::Duration> Reconciler::Run(const kube::ObjectKey& key,
                                               Round& round) {
  KAITO_ASSIGN_OR_RETURN(const std::optional<json::Value> object,
                         round.reader->Find(kWorkspaces, key, round.stop));
  if (!object) {
    own_writes_.Forget(key);
    return absl::InfiniteDuration();
  }
  KAITO_ASSIGN_OR_RETURN(
      const api::Workspace workspace,
      api::DecodeOrError<api::Workspace>(
          *object, absl::StrCat("Workspace ", key.ns, "/", key.name)));
  if (workspace.metadata.deletion_timestamp) return Delete(workspace, round);
  if (!workspace.metadata.HasFinalizer(api::finalizer::kWorkspace)) {
    return Accept(workspace, round);
  }
  return Bring(workspace, round);
}

absl::StatusOr<absl::Duration> Reconciler::RunFresh(
    const api::Workspace& workspace, Round& round) {
  round.reader = &round.fresh;
  return Run({workspace.metadata.ns, workspace.metadata.name}, round);
}

Outcome Reconciler::Apply(const api::Workspace& workspace, const Plan& plan,
                          Round& round) {
  Outcome outcome = applier_.Apply(workspace, plan, round.stop);
  for (const Written& one : outcome.written) {
    // Not kept: read from the server each time.
    if (one.kind.kind != api::ConfigMap::kKind.kind) {
      round.written.push_back(one);
    }
  }
  return outcome;
}

absl::StatusOr<absl::Duration> Reconciler::Accept(
    const api::Workspace& workspace, Round& round) {
  if (round.reader != &round.fresh) return RunFresh(workspace, round);
  const Outcome outcome =
      Apply(workspace, MakeAcceptancePlan(workspace), round);
  KAITO_RETURN_IF_ERROR(outcome.status);
  KAITO_RETURN_IF_ERROR(
      applier_.WriteStatus(workspace, AcceptedStatus(workspace, clock_.Now()),
                           round.stop, &round.written));
  return absl::ZeroDuration();
}

absl::StatusOr<absl::Duration> Reconciler::Delete(
    const api::Workspace& workspace, Round& round) {
  if (!workspace.metadata.HasFinalizer(api::finalizer::kWorkspace)) {
    return absl::InfiniteDuration();
  }
  KAITO_ASSIGN_OR_RETURN(const Snapshot remains,
                         observer_.ObserveRemains(workspace, round.stop));
  const Plan plan =
      MakeDeletionPlan(workspace, remains, options_.observer.settings);
  const Outcome outcome = Apply(workspace, plan, round);
  KAITO_RETURN_IF_ERROR(outcome.status);
  const absl::Status told = applier_.WriteStatus(
      workspace, DeletingStatus(workspace, WaitingFor(plan), clock_.Now()),
      round.stop, &round.written);
  // With the last finalizer the Workspace is gone.
  if (!absl::IsNotFound(told)) KAITO_RETURN_IF_ERROR(told);
  return plan.requeue_after;
}

absl::StatusOr<absl::Duration> Reconciler::Bring(
    const api::Workspace& workspace, Round& round) {
  api::Workspace with_defaults = workspace;
  api::SetDefaults(with_defaults);
  KAITO_ASSIGN_OR_RETURN(
      const Snapshot snapshot,
      observer_.Observe(with_defaults, *round.reader, round.stop));
  api::ValidationFacts facts = options_.facts;
  if (snapshot.config) {
    (workspace.tuning ? facts.training_config : facts.inference_config) =
        &*snapshot.config;
  }
  const auto valid = ValidWorkspace::Make(workspace, facts, catalog_);
  if (!valid.ok()) {
    // The recipe may be corrected, which is in a ConfigMap.
    return Finish(
        workspace, Plan{.requeue_after = kLookAgain},
        InvalidStatus(workspace, valid.status().message(), clock_.Now()),
        round);
  }
  const Settings& settings = options_.observer.settings;
  const Assessment assessment = Assess(*valid, snapshot, settings);
  const Plan plan = MakePlan(*valid, snapshot, settings, assessment);
  if (plan.writes() && round.reader != &round.fresh)
    return RunFresh(workspace, round);
  return Finish(
      workspace, plan,
      MakeStatus(*valid, snapshot, assessment, settings, clock_.Now()), round);
}

absl::StatusOr<absl::Duration> Reconciler::Finish(
    const api::Workspace& workspace, const Plan& plan,
    api::WorkspaceStatus status, Round& round) {
  const Outcome outcome = Apply(workspace, plan, round);
  const bool refused = !outcome.status.ok() && !MayPass(outcome.status);
  if (refused) {
    AddRefusal(workspace, plan.steps[*outcome.failed_step],
               outcome.status.message(), clock_.Now(), status);
  }
  TellOf(workspace, plan, outcome, status);
  KAITO_RETURN_IF_ERROR(
      applier_.WriteStatus(workspace, status, round.stop, &round.written));
  if (refused) {
    KAITO_LOG(WARNING, "the API server refused a step",
              {{"workspace", absl::StrCat(workspace.metadata.ns, "/",
                                          workspace.metadata.name)},
               {"step", plan.steps[*outcome.failed_step].ToString()},
               {"error", outcome.status}});
    return kAfterRefusal;
  }
  KAITO_RETURN_IF_ERROR(outcome.status);
  return plan.requeue_after;
}

void Reconciler::TellOf(const api::Workspace& workspace, const Plan& plan,
                        const Outcome& outcome,
                        const api::WorkspaceStatus& status) {
  if (options_.events == nullptr) return;
  for (const size_t i : outcome.done) {
    const Step& step = plan.steps[i];
    // Its own bookkeeping interests nobody.
    if (step.action == Step::Action::kPatchWorkspace ||
        step.kind.kind == "ControllerRevision") {
      continue;
    }
    options_.events->Emit(
        workspace, {.reason = absl::StrCat(step.kind.kind, VerbOf(step.action)),
                    .message = absl::StrCat(step.kind.kind, " ", step.name,
                                            ": ", step.why, ".")});
  }
  if (outcome.failed_step) {
    const Step& step = plan.steps[*outcome.failed_step];
    options_.events->Emit(
        workspace,
        {.is_warning = true,
         .reason = absl::StrCat(step.kind.kind, VerbOf(step.action), "Failed"),
         .message = api::HideCredentials(absl::StrCat(
             step.kind.kind, " ", step.name, ": ", outcome.status.message()))});
  }
  const api::Condition* before = api::FindCondition(
      workspace.status.conditions, api::condition::kWorkspaceReady);
  const api::Condition* after =
      api::FindCondition(status.conditions, api::condition::kWorkspaceReady);
  if (after == nullptr ||
      (before != nullptr && before->reason == after->reason)) {
    return;
  }
  options_.events->Emit(
      workspace, {.is_warning = after->reason == api::reason::kWorkspaceFailed,
                  .reason = after->reason,
                  .message = after->message});
}

}  // namespace kaito::controller
