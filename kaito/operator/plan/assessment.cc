#include "kaito/operator/plan/assessment.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/api/core/deployment.h"
#include "kaito/api/core/job.h"
#include "kaito/api/core/pod.h"
#include "kaito/api/core/workload_condition.h"
#include "kaito/api/meta/object_meta.h"
#include "kaito/api/schema/codec.h"
#include "kaito/api/workspace/annotation_rules.h"
#include "kaito/api/workspace/names.h"
#include "kaito/api/workspace/training_config.h"
#include "kaito/api/workspace/workspace.h"
#include "kaito/base/json/value.h"
#include "kaito/operator/plan/nodes.h"
#include "kaito/operator/plan/obstacles.h"
#include "kaito/operator/plan/pods.h"
#include "kaito/operator/plan/snapshot.h"
#include "kaito/operator/plan/tuning_result.h"
#include "kaito/operator/plan/valid_workspace.h"
#include "kaito/operator/render/revision.h"
#include "kaito/operator/render/settings.h"
#include "kaito/operator/render/workload.h"

namespace kaito::controller {
namespace {

int64_t RevisionOf(const api::ObjectMeta& metadata) {
  int64_t number = 0;
  return absl::SimpleAtoi(metadata.annotation(api::annotation::kRevision),
                          &number)
             ? number
             : 0;
}

bool AnyLeft(const std::vector<const api::Pod*>& pods) {
  return std::any_of(pods.begin(), pods.end(), [](const api::Pod* pod) {
    return !api::IsPodTerminal(*pod);
  });
}

std::string OutputDir(const Snapshot& snapshot) {
  std::string given;
  if (snapshot.config) {
    given = std::string(snapshot.config->StringAt(
        {"training_config", "TrainingArguments", "output_dir"}));
  }
  const auto dir = api::ResolveOutputDir(
      given.empty() ? api::kDefaultOutputDir : absl::string_view(given));
  // Validation has refused others.
  return dir.ok() ? *dir : std::string(api::kDefaultOutputDir);
}

// How the Job ended, where it did.
std::optional<TuningResult> EndOf(const api::Job& job,
                                  const std::vector<const api::Pod*>& pods) {
  const auto conditions = job.status ? job.status->conditions
                                     : std::vector<api::WorkloadCondition>();
  if (api::IsConditionTrue(conditions, api::job_condition::kComplete)) {
    TuningResult result;
    if (const auto end = FindSuccess(pods, job.metadata.name)) {
      result.digest = end->digest;
    }
    return result;
  }
  if (const auto end = FindFinalFailure(pods)) {
    return TuningResult{
        .code = end->code, .reason = end->reason, .message = end->message};
  }
  const api::WorkloadCondition* failed =
      api::FindCondition(conditions, api::job_condition::kFailed);
  if (failed == nullptr || failed->status != api::ConditionStatus::kTrue) {
    return std::nullopt;
  }
  if (const auto end = FindLastFailure(pods)) {
    return TuningResult{
        .code = end->code == 0 ? 1 : end->code,
        .reason = end->reason,
        .message = absl::StrCat("The tuning job was given up after several "
                                "tries. The last one: ",
                                end->message)};
  }
  return TuningResult{
      .code = 1,
      .reason = failed->reason.empty() ? std::string(api::reason::kJobFailed)
                                       : failed->reason,
      .message = absl::StrCat("The tuning job was given up: ", failed->message,
                              ". Its pods are gone; change the Workspace to "
                              "try again.")};
}

void AssessJob(const ValidWorkspace& workspace, const Snapshot& snapshot,
               Assessment& a) {
  const std::string inputs = TuningInputs(snapshot);
  const std::optional<TuningResult> recorded = ReadTuningResult(*workspace);
  if (recorded && Holds(*recorded, a.hash, inputs)) {
    a.result = recorded;
    a.job = recorded->code == 0 ? JobStage::kDone : JobStage::kFailed;
    return;
  }
  if (!snapshot.job || !OwnedBy(*snapshot.job, *workspace)) {
    const auto pods =
        PodsOf(snapshot.pods, api::label::kRoleTuning, /*owner_uid=*/"");
    a.job = AnyLeft(pods) ? JobStage::kReplacing : JobStage::kNone;
    return;
  }
  const api::Job job = api::Decode<api::Job>(*snapshot.job).object;
  const bool told =
      recorded && recorded->code != 0 && recorded->job_uid == job.metadata.uid;
  if (told || job.metadata.deletion_timestamp ||
      RevisionOf(job.metadata) != a.revision) {
    a.job = JobStage::kReplacing;
    return;
  }
  const auto pods =
      PodsOf(snapshot.pods, api::label::kRoleTuning, job.metadata.uid);
  if (auto result = EndOf(job, pods)) {
    result->hash = a.hash;
    result->inputs = inputs;
    result->job_uid = job.metadata.uid;
    a.result = std::move(result);
    a.result_is_new = true;
    a.job = a.result->code == 0 ? JobStage::kDone : JobStage::kFailed;
    return;
  }
  a.job = HasStarted(pods, job.metadata.name) ? JobStage::kRunning
                                              : JobStage::kStarting;
  a.trouble = FindTrouble(pods);
  a.init_container = RunningInitContainer(pods);
  if (const auto end = FindLastFailure(pods)) a.retrying_after = end->message;
}

void AssessServing(const ValidWorkspace& workspace, const Snapshot& snapshot,
                   Assessment& a) {
  if (!a.wants_serving) return;
  if (workspace->tuning && a.job != JobStage::kDone) return;
  a.serving = ServingStage::kStarting;
  a.trouble = FindTrouble(
      PodsOf(snapshot.pods, api::label::kRoleServing, /*owner_uid=*/""));
  if (!snapshot.deployment || !OwnedBy(*snapshot.deployment, *workspace)) {
    return;
  }
  const api::Deployment deployment =
      api::Decode<api::Deployment>(*snapshot.deployment).object;
  if (deployment.metadata.deletion_timestamp || !deployment.status ||
      RevisionOf(deployment.metadata) != a.revision) {
    return;
  }
  const int32_t replicas = deployment.spec.replicas.value_or(1);
  const api::DeploymentStatus& status = *deployment.status;
  if (status.observed_generation >= deployment.metadata.generation &&
      status.ready_replicas >= replicas &&
      status.updated_replicas >= replicas) {
    a.serving = ServingStage::kReady;
    a.trouble.reset();
  }
}

// Whether something is to be started that has not been.
bool StartsSomething(const Assessment& a, const ValidWorkspace& workspace) {
  if (a.job == JobStage::kFailed) return false;
  if (workspace->tuning && a.job != JobStage::kDone) {
    return a.job == JobStage::kNone || a.job == JobStage::kReplacing;
  }
  return a.wants_serving && a.serving != ServingStage::kReady;
}

std::optional<Obstacle> FirstObstacle(const ValidWorkspace& workspace,
                                      const Snapshot& snapshot,
                                      const Settings& settings, Assessment& a) {
  // Also chosen for what runs: its objects are rendered again, and compared.
  const auto weights = CheckWeights(workspace, snapshot, settings, a.workload);
  const auto gpus = CheckGpus(workspace, a.nodes, a.workload);
  a.can_render = !weights && !gpus;
  if (!StartsSomething(a, workspace)) return std::nullopt;
  if (auto foreign = FindForeignObject(*workspace, snapshot)) return foreign;
  if (workspace->tuning && a.job != JobStage::kDone) {
    if (auto output = CheckOutput(*workspace, snapshot)) return output;
  }
  if (auto reference = CheckReferences(*workspace, snapshot)) return reference;
  if (weights) return weights;
  if (!a.nodes.enough()) return std::nullopt;
  if (gpus) return gpus;
  return CheckMemory(workspace, snapshot, a.nodes, a.workload);
}

}  // namespace

bool OwnedBy(const json::Value& live, const api::Workspace& workspace) {
  const json::Value* owners = live.FindPath({"metadata", "ownerReferences"});
  if (owners == nullptr || owners->array() == nullptr) return false;
  return std::any_of(owners->array()->begin(), owners->array()->end(),
                     [&](const json::Value& owner) {
                       return owner.StringAt({"uid"}) == workspace.metadata.uid;
                     });
}

int64_t RevisionNumber(const Snapshot& snapshot, absl::string_view hash) {
  int64_t last = 0;
  for (const api::ControllerRevision& revision : snapshot.revisions) {
    if (revision.metadata.annotation(api::annotation::kHash) == hash) {
      return revision.revision;
    }
    last = std::max(last, revision.revision);
  }
  return last + 1;
}

Assessment Assess(const ValidWorkspace& workspace, const Snapshot& snapshot,
                  const Settings& settings) {
  Assessment a;
  a.hash = RevisionHash(*workspace);
  a.revision = RevisionNumber(snapshot, a.hash);
  a.revision_known = std::any_of(
      snapshot.revisions.begin(), snapshot.revisions.end(),
      [&](const api::ControllerRevision& revision) {
        return revision.metadata.annotation(api::annotation::kHash) == a.hash;
      });
  a.wants_serving = !workspace->tuning ||
                    api::BoolAnnotation(workspace->metadata,
                                        api::annotation::kServeAfterTuning)
                        .value_or(true);
  a.workload = {.workspace = &*workspace,
                .revision = a.revision,
                .output_dir = OutputDir(snapshot)};
  if (workspace->tuning) AssessJob(workspace, snapshot, a);
  AssessServing(workspace, snapshot, a);
  a.needs_nodes = a.job != JobStage::kDone || a.wants_serving;
  if (a.needs_nodes) a.nodes = ChooseNodes(*workspace, snapshot, settings);
  a.obstacle = FirstObstacle(workspace, snapshot, settings, a);
  if (a.result) a.workload.output_digest = a.result->digest;
  return a;
}

}  // namespace kaito::controller
