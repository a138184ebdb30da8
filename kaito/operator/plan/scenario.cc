#include "kaito/operator/plan/scenario.h"

#include <cstdint>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/api/core/deployment.h"
#include "kaito/api/core/pod.h"
#include "kaito/api/core/service.h"
#include "kaito/api/machine/claim_builder.h"
#include "kaito/api/meta/time.h"
#include "kaito/api/schema/codec.h"
#include "kaito/api/workspace/names.h"
#include "kaito/api/workspace/workspace.h"
#include "kaito/base/check/check.h"
#include "kaito/base/file/read_file.h"
#include "kaito/base/json/value.h"
#include "kaito/base/yaml/yaml.h"
#include "kaito/operator/plan/assessment.h"
#include "kaito/operator/plan/make_plan.h"
#include "kaito/operator/plan/snapshot.h"
#include "kaito/operator/plan/step.h"
#include "kaito/operator/plan/tuning_result.h"
#include "kaito/operator/plan/valid_workspace.h"
#include "kaito/operator/presets/catalog.h"
#include "kaito/operator/render/revision.h"
#include "kaito/operator/render/serving.h"
#include "kaito/operator/render/tuning_job.h"
#include "kaito/operator/render/workload.h"

namespace kaito::controller {
namespace {

constexpr absl::string_view kJobUid = "job-uid";
constexpr absl::string_view kDeploymentUid = "deployment-uid";

json::Value FromYaml(absl::string_view text) {
  auto document = yaml::Parse(text);
  KAITO_CHECK(document.ok()) << document.status();
  return std::move(document->value);
}

void Terminate(const PodState& state, api::ContainerStatus& status) {
  api::ContainerStateTerminated ended = {.exit_code = state.exit_code,
                                         .message = state.message};
  ended.finished_at = api::Timestamp{absl::FromUnixSeconds(1000)};
  if (state.exit_code == 137) ended.reason = "OOMKilled";
  if (state.again) {
    status.last_state.terminated = std::move(ended);
    status.state.waiting.emplace().reason = "CrashLoopBackOff";
  } else {
    status.state.terminated = std::move(ended);
  }
}

api::Pod PodOf(const api::Workspace& workspace, absl::string_view role,
               absl::string_view owner, const PodState& state) {
  api::Pod pod;
  pod.metadata.name = absl::StrCat(workspace.metadata.name, "-abcde");
  pod.metadata.ns = workspace.metadata.ns;
  pod.metadata.labels = {
      {std::string(api::label::kRole), std::string(role)},
      {std::string(api::label::kWorkspace), workspace.metadata.name}};
  pod.metadata.owner_references.push_back(
      {.uid = std::string(owner), .controller = true});
  const std::string& main = workspace.metadata.name;
  api::PodStatus& status = pod.status.emplace();
  api::ContainerStatus container;
  container.name = state.container.empty() ? main : state.container;
  container.image = "registry.example.com/image:1";
  if (state.running) container.state.running.emplace();
  if (state.exit_code >= 0) Terminate(state, container);
  if (!state.waiting.empty()) {
    container.state.waiting.emplace();
    container.state.waiting->reason = state.waiting;
    container.state.waiting->message = state.message;
  }
  status.phase = state.job_condition == "Complete"
                     ? std::string(api::pod_phase::kSucceeded)
                     : std::string(api::pod_phase::kRunning);
  (container.name == main ? status.container_statuses
                          : status.init_container_statuses)
      .push_back(std::move(container));
  return pod;
}

}  // namespace

json::Value GoldenFile(absl::string_view name) {
  const auto text = ReadFile(absl::StrCat("kaito/api/golden/", name), 1 << 20);
  KAITO_CHECK(text.ok()) << text.status();
  return FromYaml(*text);
}

Scenario Scenario::WalkThrough() {
  Scenario scenario;
  scenario.workspace =
      api::Decode<api::Workspace>(GoldenFile("workspace.yaml")).object;
  scenario.snapshot.secrets["registry-push"] = {
      .exists = true, .has_key = true, .version = "1"};
  return scenario;
}

Scenario Scenario::Inference(absl::string_view inference) {
  Scenario scenario;
  scenario.workspace =
      api::Decode<api::Workspace>(
          FromYaml(absl::StrCat(
              "{apiVersion: kaito.sh/v1beta1, kind: Workspace, metadata: "
              "{name: chat, namespace: default, uid: u1, generation: 1, "
              "finalizers: [workspace.finalizer.kaito.sh]}, resource: {count: "
              "1, instanceType: Standard_NC24ads_A100_v4, labelSelector: "
              "{matchLabels: {app: chat}}}, inference: ",
              inference, "}")))
          .object;
  return scenario;
}

ValidWorkspace Scenario::Valid() const {
  auto valid = ValidWorkspace::Make(workspace, {}, BuiltInCatalog());
  KAITO_CHECK(valid.ok()) << valid.status();
  return *std::move(valid);
}

Assessment Scenario::Assess() const {
  Assessment assessment = controller::Assess(Valid(), snapshot, settings);
  // The temporary that it was judged by is gone.
  assessment.workload.workspace = &workspace;
  return assessment;
}

Plan Scenario::MakePlan() const {
  const ValidWorkspace valid = Valid();
  return controller::MakePlan(valid, snapshot, settings,
                              controller::Assess(valid, snapshot, settings));
}

void Scenario::AddClaim(absl::string_view obstacle) {
  snapshot.claims.push_back(
      {.name = api::ClaimName(workspace.metadata.uid,
                              static_cast<int64_t>(snapshot.claims.size()), 0),
       .uid = "claim-uid",
       .obstacle = std::string(obstacle)});
}

ObservedNode& Scenario::AddNode() {
  AddClaim();
  ObservedClaim& claim = snapshot.claims.back();
  claim.ready = true;
  claim.node_name = absl::StrCat("aks-", claim.name, "-0");
  snapshot.nodes.push_back({.name = claim.node_name,
                            .ready = true,
                            .matches_labels = true,
                            .created_by_claim = true,
                            .instance_type = workspace.resource.instance_type,
                            .gpus = 1,
                            .memory_bytes = int64_t{112} << 30,
                            .memory_bytes_per_gpu = int64_t{16} << 30});
  return snapshot.nodes.back();
}

void Scenario::AddJob(const PodState& state) {
  const ValidWorkspace valid = Valid();
  Workload workload = controller::Assess(valid, snapshot, settings).workload;
  json::Value job = api::Encode(RenderTuningJob(workload, settings));
  job["metadata"]["uid"] = kJobUid;
  if (!state.job_condition.empty()) {
    job["status"] = json::Object{
        {"conditions", json::Array{json::Object{{"type", state.job_condition},
                                                {"status", "True"}}}}};
  }
  snapshot.job = std::move(job);
  snapshot.pods = {PodOf(workspace, api::label::kRoleTuning, kJobUid, state)};
}

void Scenario::AddDeployment(bool ready) {
  const ValidWorkspace valid = Valid();
  const Workload workload =
      controller::Assess(valid, snapshot, settings).workload;
  json::Value deployment = api::Encode(RenderServing(workload, settings));
  deployment["metadata"]["uid"] = kDeploymentUid;
  deployment["metadata"]["generation"] = 1;
  const int replicas = ready ? 1 : 0;
  deployment["status"] = json::Object{{"observedGeneration", 1},
                                      {"readyReplicas", replicas},
                                      {"updatedReplicas", 1}};
  snapshot.deployment = std::move(deployment);
}

void Scenario::AddServices() {
  const ValidWorkspace valid = Valid();
  const auto live = [](const api::Service& service) {
    json::Value value = api::Encode(service);
    value["metadata"]["uid"] = "service-uid";
    return value;
  };
  snapshot.service = live(RenderService(*valid));
  snapshot.headless_service = live(RenderHeadlessService(*valid));
  if (workspace.tuning) {
    snapshot.config_map =
        api::Encode(RenderTrainingTemplate(valid->tuning->method, "default"));
  }
}

void Scenario::RecordRevisionAndResult() {
  const ValidWorkspace valid = Valid();
  const Assessment assessment = controller::Assess(valid, snapshot, settings);
  if (!assessment.revision_known) {
    snapshot.revisions.push_back(RenderRevision(*valid, assessment.revision));
  }
  auto& annotations = workspace.metadata.annotations;
  annotations[std::string(api::annotation::kHash)] = assessment.hash;
  annotations[std::string(api::annotation::kRevision)] =
      absl::StrCat(assessment.revision);
  if (assessment.result) {
    annotations[std::string(kTuningResultAnnotation)] =
        WriteTuningResult(*assessment.result);
  }
}

void Scenario::Tuned() {
  AddNode();
  AddServices();
  AddJob({.exit_code = 0,
          .message = "{\"code\":0,\"reason\":\"Completed\",\"digest\":\"sha256:"
                     "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15"
                     "b0f00a08\"}",
          .job_condition = "Complete"});
  RecordRevisionAndResult();
}

}  // namespace kaito::controller
