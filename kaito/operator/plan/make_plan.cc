#include "kaito/operator/plan/make_plan.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/api/core/config_map.h"
#include "kaito/api/core/controller_revision.h"
#include "kaito/api/core/deployment.h"
#include "kaito/api/core/job.h"
#include "kaito/api/core/pod.h"
#include "kaito/api/core/service.h"
#include "kaito/api/machine/claim_builder.h"
#include "kaito/api/meta/gvk.h"
#include "kaito/api/schema/codec.h"
#include "kaito/api/workspace/defaults.h"
#include "kaito/api/workspace/names.h"
#include "kaito/api/workspace/workspace.h"
#include "kaito/base/digest/sha256.h"
#include "kaito/base/json/value.h"
#include "kaito/operator/plan/assessment.h"
#include "kaito/operator/plan/covers.h"
#include "kaito/operator/plan/nodes.h"
#include "kaito/operator/plan/pods.h"
#include "kaito/operator/plan/references.h"
#include "kaito/operator/plan/snapshot.h"
#include "kaito/operator/plan/step.h"
#include "kaito/operator/plan/tuning_result.h"
#include "kaito/operator/plan/valid_workspace.h"
#include "kaito/operator/render/claim.h"
#include "kaito/operator/render/revision.h"
#include "kaito/operator/render/serving.h"
#include "kaito/operator/render/settings.h"
#include "kaito/operator/render/tuning_job.h"

namespace kaito::controller {
namespace {

// A tuning pod tells its progress that often.
constexpr absl::Duration kProgressPeriod = absl::Seconds(10);
constexpr size_t kRevisionsKept = 10;

constexpr api::KindInfo kWorkspaceKindInfo = {.group = api::kWorkspaceGroup,
                                              .version = "v1beta1",
                                              .kind = api::kWorkspaceKind,
                                              .plural = api::kWorkspacePlural};

bool IsGoing(const json::Value& live) {
  return !live.StringAt({"metadata", "deletionTimestamp"}).empty();
}

// Collects the steps of one plan.
class Planner {
 public:
  Planner(const api::Workspace& workspace, const Snapshot& snapshot,
          const Settings& settings)
      : workspace_(workspace), snapshot_(snapshot), settings_(settings) {}

  void Wait(std::string why) {
    plan_.steps.push_back(
        {.action = Step::Action::kWait, .why = std::move(why)});
  }
  void LookAgainAfter(absl::Duration delay) {
    plan_.requeue_after = std::min(plan_.requeue_after, delay);
  }

  void PatchWorkspace(json::Value patch, std::string why) {
    plan_.steps.push_back({.action = Step::Action::kPatchWorkspace,
                           .kind = kWorkspaceKindInfo,
                           .ns = workspace_.metadata.ns,
                           .name = workspace_.metadata.name,
                           .object = std::move(patch),
                           .why = std::move(why)});
  }

  void Create(const api::KindInfo& kind, json::Value object, std::string why) {
    Write(Step::Action::kCreate, kind, std::move(object), std::move(why));
  }

  // Where it is not there yet as it should be.
  void Ensure(const api::KindInfo& kind, const std::optional<json::Value>& live,
              json::Value object, std::string why) {
    if (live && Covers(*live, object)) return;
    Write(Step::Action::kApply, kind, std::move(object), std::move(why));
  }

  // Where it is there and is the Workspace's. Returns whether it is there.
  bool Delete(const api::KindInfo& kind, const std::optional<json::Value>& live,
              std::string why) {
    if (!live || !OwnedBy(*live, workspace_)) return false;
    if (!IsGoing(*live)) {
      plan_.steps.push_back(
          {.action = Step::Action::kDelete,
           .kind = kind,
           .ns = workspace_.metadata.ns,
           .name = std::string(live->StringAt({"metadata", "name"})),
           .uid = std::string(live->StringAt({"metadata", "uid"})),
           .why = std::move(why)});
    }
    return true;
  }

  bool DeleteClaims(absl::string_view why) {
    const api::KindInfo& kind = ClaimKindInfo(settings_.claim_kind);
    for (const ObservedClaim& claim : snapshot_.claims) {
      if (claim.deleting) continue;
      plan_.steps.push_back({.action = Step::Action::kDelete,
                             .kind = kind,
                             .name = claim.name,
                             .uid = claim.uid,
                             .why = std::string(why)});
    }
    return !snapshot_.claims.empty();
  }

  Plan Take() && { return std::move(plan_); }

 private:
  void Write(Step::Action action, const api::KindInfo& kind, json::Value object,
             std::string why) {
    Step step = {.action = action,
                 .kind = kind,
                 .ns = kind.namespaced ? workspace_.metadata.ns : "",
                 .name = std::string(object.StringAt({"metadata", "name"})),
                 .why = std::move(why)};
    step.object = std::move(object);
    plan_.steps.push_back(std::move(step));
  }

  const api::Workspace& workspace_;
  const Snapshot& snapshot_;
  const Settings& settings_;
  Plan plan_;
};

void PlanRevision(const api::Workspace& workspace, const Snapshot& snapshot,
                  const Assessment& a, Planner& planner) {
  if (!a.revision_known) {
    planner.Create(api::ControllerRevision::kKind,
                   api::Encode(RenderRevision(workspace, a.revision)),
                   absl::StrCat("revision ", a.revision));
  }
  json::Object annotations;
  const auto set = [&](absl::string_view key, const std::string& value) {
    if (workspace.metadata.annotation(key) != value) annotations[key] = value;
  };
  set(api::annotation::kHash, a.hash);
  set(api::annotation::kRevision, absl::StrCat(a.revision));
  std::string why = absl::StrCat("revision ", a.revision);
  if (a.result_is_new) {
    set(kTuningResultAnnotation, WriteTuningResult(*a.result));
    absl::StrAppend(&why, a.result->code == 0 ? ", the adapter is stored"
                                              : ", the tuning job failed");
  }
  if (!annotations.empty()) {
    planner.PatchWorkspace(
        json::Object{{"metadata",
                      json::Object{{"annotations", std::move(annotations)}}}},
        std::move(why));
  }
  if (snapshot.revisions.size() <= kRevisionsKept) return;
  const auto oldest = std::min_element(
      snapshot.revisions.begin(), snapshot.revisions.end(),
      [&](const auto& x, const auto& y) { return x.revision < y.revision; });
  if (oldest->revision == a.revision) return;
  planner.Delete(api::ControllerRevision::kKind, api::Encode(*oldest),
                 absl::StrCat("more than ", kRevisionsKept, " revisions"));
}

void PlanClaims(const api::Workspace& workspace, const Preset* preset,
                const Settings& settings, const Assessment& a,
                Planner& planner) {
  for (const ClaimOrdinal& claim : a.nodes.to_create) {
    planner.Create(
        ClaimKindInfo(settings.claim_kind),
        RenderClaim(workspace, claim, preset, settings),
        absl::StrCat("node ", claim.ordinal + 1, " of ", a.nodes.wanted));
  }
}

void PlanServices(const api::Workspace& workspace, const Snapshot& snapshot,
                  Planner& planner) {
  // A pod template of the user's own says nothing of ports.
  if (workspace.preset() == nullptr) return;
  planner.Ensure(api::Service::kKind, snapshot.service,
                 api::Encode(RenderService(workspace)),
                 "where the model answers");
  planner.Ensure(api::Service::kKind, snapshot.headless_service,
                 api::Encode(RenderHeadlessService(workspace)),
                 "how ranks find each other");
}

// Our copy of the template: made where it is missing, refreshed where it is an
// older one that nobody has changed.
void PlanRecipe(const api::Workspace& workspace, const Snapshot& snapshot,
                Planner& planner) {
  const std::optional<ConfigMapUse> use = ConfigMapOf(workspace);
  if (!use || !use->is_ours()) return;
  const absl::string_view method =
      api::ParseTuningMethod(workspace.tuning->method) ==
              api::TuningMethod::kQlora
          ? "qlora"
          : "lora";
  const json::Value wanted =
      api::Encode(RenderTrainingTemplate(method, workspace.metadata.ns));
  if (snapshot.config_map) {
    const absl::string_view copied = snapshot.config_map->StringAt(
        {"metadata", "annotations", kTemplateHashAnnotation});
    const absl::string_view text =
        snapshot.config_map->StringAt({"data", api::kTrainingConfigKey});
    if (copied != Sha256Hex(text)) return;  // The user's now.
  }
  planner.Ensure(api::ConfigMap::kKind, snapshot.config_map, wanted,
                 absl::StrCat("the recipe for ", method));
}

bool AnyLeft(const Snapshot& snapshot, absl::string_view role) {
  const auto pods = PodsOf(snapshot.pods, role, /*owner_uid=*/"");
  return std::any_of(pods.begin(), pods.end(), [](const api::Pod* pod) {
    return !api::IsPodTerminal(*pod);
  });
}

void PlanJob(const ValidWorkspace& workspace, const Snapshot& snapshot,
             const Settings& settings, const Assessment& a, Planner& planner) {
  if (a.job == JobStage::kReplacing) {
    planner.Delete(api::Job::kKind, snapshot.job,
                   "it is of an earlier revision or try");
    return planner.Wait("for the earlier tuning job and its pods to be gone");
  }
  if (a.wants_serving) PlanServices(*workspace, snapshot, planner);
  if (a.job != JobStage::kNone) {
    planner.LookAgainAfter(kProgressPeriod);
    return planner.Wait("for the tuning job");
  }
  PlanRecipe(*workspace, snapshot, planner);
  // A node has room for one of them.
  if (planner.Delete(api::Deployment::kKind, snapshot.deployment,
                     "it serves an earlier revision") ||
      AnyLeft(snapshot, api::label::kRoleServing)) {
    return planner.Wait(
        "for the pods that serve an earlier revision to be "
        "gone");
  }
  planner.Create(api::Job::kKind,
                 api::Encode(RenderTuningJob(a.workload, settings)),
                 absl::StrCat("tuning of revision ", a.revision));
  planner.LookAgainAfter(kProgressPeriod);
}

void PlanServing(const ValidWorkspace& workspace, const Snapshot& snapshot,
                 const Settings& settings, const Assessment& a,
                 Planner& planner) {
  PlanServices(*workspace, snapshot, planner);
  if (snapshot.deployment && IsGoing(*snapshot.deployment)) {
    return planner.Wait("for the earlier Deployment to be gone");
  }
  if (!a.can_render) return planner.Wait("for the node to offer what it did");
  planner.Ensure(api::Deployment::kKind, snapshot.deployment,
                 api::Encode(RenderServing(a.workload, settings)),
                 absl::StrCat("serving of revision ", a.revision));
  if (a.serving != ServingStage::kReady) {
    planner.Wait("for the model to answer");
  }
}

// Nothing is to be served: what served goes, and then the nodes.
void PlanRelease(const Snapshot& snapshot, Planner& planner) {
  planner.Delete(api::Service::kKind, snapshot.service, "nothing is served");
  planner.Delete(api::Service::kKind, snapshot.headless_service,
                 "nothing is served");
  if (planner.Delete(api::Deployment::kKind, snapshot.deployment,
                     "nothing is served")) {
    return planner.Wait("for the Deployment to be gone");
  }
  if (planner.DeleteClaims("the adapter is stored")) {
    planner.Wait("for the node to be gone");
  }
}

}  // namespace

Plan MakePlan(const ValidWorkspace& workspace, const Snapshot& snapshot,
              const Settings& settings, const Assessment& a) {
  Planner planner(*workspace, snapshot, settings);
  PlanRevision(*workspace, snapshot, a, planner);
  if (a.job == JobStage::kFailed) {
    planner.Delete(api::Job::kKind, snapshot.job,
                   "it failed, and is not tried again unchanged");
    planner.LookAgainAfter(kLookAgain);  // A Secret or recipe may change.
    return std::move(planner).Take();
  }
  if (!a.needs_nodes) {
    PlanRelease(snapshot, planner);
    return std::move(planner).Take();
  }
  if (a.obstacle && a.obstacle->kind != Obstacle::Kind::kOutputImage) {
    planner.LookAgainAfter(kLookAgain);
  }
  if (a.obstacle && a.obstacle->before_nodes) {
    planner.Wait(a.obstacle->message);
    return std::move(planner).Take();
  }
  PlanClaims(*workspace, workspace.preset(), settings, a, planner);
  if (!a.nodes.enough()) {
    planner.Wait(a.nodes.Message(*workspace, settings));
    if (a.job == JobStage::kRunning || a.job == JobStage::kStarting) {
      planner.LookAgainAfter(kProgressPeriod);
    }
    return std::move(planner).Take();
  }
  if (a.obstacle) {
    planner.Wait(a.obstacle->message);
    return std::move(planner).Take();
  }
  if (workspace->tuning && a.job != JobStage::kDone) {
    PlanJob(workspace, snapshot, settings, a, planner);
  } else {
    PlanServing(workspace, snapshot, settings, a, planner);
  }
  return std::move(planner).Take();
}

Plan MakeAcceptancePlan(const api::Workspace& workspace) {
  Planner planner(workspace, Snapshot(), Settings());
  json::Value finalizers = json::Array();
  for (const std::string& finalizer : workspace.metadata.finalizers) {
    finalizers.Append(finalizer);
  }
  finalizers.Append(api::finalizer::kWorkspace);
  planner.PatchWorkspace(
      json::Object{
          {"metadata", json::Object{{"finalizers", std::move(finalizers)},
                                    {"resourceVersion",
                                     workspace.metadata.resource_version}}}},
      "our finalizer");
  return std::move(planner).Take();
}

Plan MakeDeletionPlan(const api::Workspace& workspace, const Snapshot& snapshot,
                      const Settings& settings) {
  Planner planner(workspace, snapshot, settings);
  if (!workspace.metadata.HasFinalizer(api::finalizer::kWorkspace)) {
    return std::move(planner).Take();
  }
  const bool job = planner.Delete(api::Job::kKind, snapshot.job,
                                  "the Workspace is being deleted");
  const bool deployment =
      planner.Delete(api::Deployment::kKind, snapshot.deployment,
                     "the Workspace is being deleted");
  if (job || deployment) {
    planner.Wait("for the workload to be gone");
    return std::move(planner).Take();
  }
  if (planner.DeleteClaims("the Workspace is being deleted")) {
    planner.Wait("for the node to be gone");
    return std::move(planner).Take();
  }
  json::Value finalizers = json::Array();
  for (const std::string& finalizer : workspace.metadata.finalizers) {
    if (finalizer != api::finalizer::kWorkspace) finalizers.Append(finalizer);
  }
  planner.PatchWorkspace(
      json::Object{
          {"metadata", json::Object{{"finalizers", std::move(finalizers)},
                                    {"resourceVersion",
                                     workspace.metadata.resource_version}}}},
      "all is gone");
  return std::move(planner).Take();
}

}  // namespace kaito::controller
