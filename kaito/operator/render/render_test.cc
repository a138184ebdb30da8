// Rendering is checked against kaito/api/golden, the objects that the runtime is
// written against too; what the walk-through does not use, by assertions here.
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/api/core/container.h"
#include "kaito/api/core/controller_revision.h"
#include "kaito/api/core/deployment.h"
#include "kaito/api/core/job.h"
#include "kaito/api/core/pod_spec.h"
#include "kaito/api/core/volume.h"
#include "kaito/api/schema/codec.h"
#include "kaito/api/workspace/defaults.h"
#include "kaito/api/workspace/workspace.h"
#include "kaito/base/file/read_file.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"
#include "kaito/base/yaml/yaml.h"
#include "kaito/operator/presets/catalog.h"
#include "kaito/operator/presets/preset.h"
#include "kaito/operator/render/claim.h"
#include "kaito/operator/render/revision.h"
#include "kaito/operator/render/serving.h"
#include "kaito/operator/render/settings.h"
#include "kaito/operator/render/tuning_job.h"
#include "kaito/operator/render/workload.h"

namespace kaito::controller {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr absl::string_view kDigest =
    "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

json::Value Golden(absl::string_view name) {
  const auto text = ReadFile(absl::StrCat("kaito/api/golden/", name), 1 << 20);
  EXPECT_TRUE(text.ok()) << text.status();
  return yaml::Parse(*text)->value;
}

api::Workspace FromJson(const json::Value& value) {
  api::Workspace workspace = api::Decode<api::Workspace>(value).object;
  api::SetDefaults(workspace);
  return workspace;
}

api::Workspace WalkThrough() { return FromJson(Golden("workspace.yaml")); }

// An inference Workspace; `inference` is the YAML of that field, in flow style.
api::Workspace Serving(absl::string_view inference) {
  return FromJson(
      yaml::Parse(absl::StrCat("{apiVersion: kaito.sh/v1beta1, kind: "
                               "Workspace, metadata: {name: chat, "
                               "namespace: default, uid: u1}, resource: "
                               "{count: 2, labelSelector: "
                               "{matchLabels: {app: chat}}}, inference: ",
                               inference, "}"))
          ->value);
}

Workload WorkloadOf(const api::Workspace& workspace) {
  return {.workspace = &workspace,
          .revision = 1,
          .weights = {.kind = WeightsSource::Kind::kImage,
                      .place = "mcr.microsoft.com/aks/kaito/"
                               "kaito-phi-3-mini-128k-instruct:0.1.1"},
          .weights_bytes = int64_t{7} << 30,
          .gpus = {.count = 1},
          .output_dir = "/mnt/results"};
}

void ExpectGolden(const json::Value& rendered, absl::string_view name) {
  EXPECT_EQ(rendered, Golden(name)) << json::Write(rendered, {.indent = 1});
}

// Every mount has its volume, every volume is mounted.
void ExpectVolumesFit(const api::PodSpec& pod) {
  std::set<std::string> volumes, mounted;
  for (const api::Volume& volume : pod.volumes) {
    EXPECT_TRUE(volumes.insert(volume.name).second) << volume.name;
  }
  for (const auto* list : {&pod.init_containers, &pod.containers}) {
    for (const api::Container& container : *list) {
      for (const api::VolumeMount& mount : container.volume_mounts) {
        mounted.insert(mount.name);
      }
    }
  }
  EXPECT_EQ(volumes, mounted);
}

TEST(Render, MachineIsTheGolden) {
  const Preset* preset =
      BuiltInCatalog().FindPreset("phi-3-mini-128k-instruct");
  ExpectGolden(RenderClaim(WalkThrough(), {}, preset, {}), "machine.yaml");
}

TEST(Render, ConfigMapIsTheGolden) {
  ExpectGolden(api::Encode(RenderTrainingTemplate("qlora", "default")),
               "configmap.yaml");
}

TEST(Render, JobIsTheGolden) {
  const api::Workspace workspace = WalkThrough();
  ExpectGolden(api::Encode(RenderTuningJob(WorkloadOf(workspace), {})),
               "job.yaml");
}

TEST(Render, DeploymentIsTheGolden) {
  const api::Workspace workspace = WalkThrough();
  Workload workload = WorkloadOf(workspace);
  workload.output_digest = std::string(kDigest);
  ExpectGolden(api::Encode(RenderServing(workload, {})), "deployment.yaml");
}

TEST(Render, ServicesAreTheGoldens) {
  const api::Workspace workspace = WalkThrough();
  ExpectGolden(api::Encode(RenderService(workspace)), "service.yaml");
  ExpectGolden(api::Encode(RenderHeadlessService(workspace)),
               "service_headless.yaml");
}

TEST(RenderClaim, AsksByNodeClaimWhereSoSet) {
  api::Workspace workspace = WalkThrough();
  workspace.metadata.annotations["kaito.sh/node-image-family"] = "AzureLinux";
  const json::Value claim = RenderClaim(workspace, {.ordinal = 1}, nullptr,
                                        {.claim_kind = ClaimKind::kNodeClaim});
  EXPECT_EQ(claim.StringAt({"kind"}), "NodeClaim");
  EXPECT_NE(claim.StringAt({"metadata", "name"}), "ws438ba4156");
  EXPECT_EQ(
      claim.StringAt({"metadata", "annotations", "kaito.sh/node-image-family"}),
      "azurelinux");
  EXPECT_EQ(claim.StringAt({"spec", "resources", "requests", "storage"}),
            "1024Gi");
}

TEST(RenderTuningJob, TakesDataFromAnImage) {
  api::Workspace workspace = WalkThrough();
  workspace.tuning->input->urls.clear();
  workspace.tuning->input->image = "registry.example.com/data:1";
  workspace.tuning->input->image_pull_secrets = {"pull-1"};
  const api::PodSpec pod =
      RenderTuningJob(WorkloadOf(workspace), {}).spec.pod_template.spec;
  ExpectVolumesFit(pod);
  EXPECT_THAT(pod.init_containers.at(1).args,
              ElementsAre("pull", "registry.example.com/data:1", "--output",
                          "/mnt/data", "--auth",
                          "/mnt/secrets/pull/pull-1/config.json"));
}

TEST(RenderTuningJob, MountsVolumesOfTheUser) {
  api::Workspace workspace = WalkThrough();
  const json::Object claim = {
      {"persistentVolumeClaim", json::Object{{"claimName", "rows"}}}};
  workspace.tuning->input->urls.clear();
  workspace.tuning->input->volume_source = claim;
  workspace.tuning->output->image.clear();
  workspace.tuning->output->volume_source =
      json::Object{{"nfs", json::Object{{"server", "a"}, {"path", "/b"}}}};
  const Workload workload = WorkloadOf(workspace);
  const api::PodSpec pod = RenderTuningJob(workload, {}).spec.pod_template.spec;
  ExpectVolumesFit(pod);
  EXPECT_EQ(pod.init_containers.size(), 1u);
  EXPECT_THAT(pod.containers[0].args, Not(Contains("--push")));
  const std::string json = json::Write(api::Encode(pod.volumes));
  EXPECT_THAT(json, HasSubstr(R"({"name":"results-volume","nfs":)"));
  // Serving reads the adapter where it was written.
  const api::PodSpec serving =
      RenderServing(workload, {}).spec.pod_template.spec;
  ExpectVolumesFit(serving);
  EXPECT_EQ(serving.containers[0].volume_mounts[0].mount_path,
            "/mnt/adapter/workspace-tuning-phi-3");
}

TEST(RenderTuningJob, SendsTheDataTokenAndAllowsPrivateAddressesWhereSoSet) {
  api::Workspace workspace = WalkThrough();
  workspace.metadata.annotations["kaito.sh/data-access-secret"] = "hub";
  const api::PodSpec pod =
      RenderTuningJob(WorkloadOf(workspace), {.allow_private_addresses = true})
          .spec.pod_template.spec;
  ExpectVolumesFit(pod);
  const std::vector<std::string>& args = pod.init_containers.at(1).args;
  EXPECT_THAT(args, Contains("--allow-private-addresses"));
  EXPECT_THAT(args, Contains("/mnt/secrets/data/token"));
  EXPECT_THAT(args, Contains(HasSubstr("https://")));
  EXPECT_THAT(pod.containers[0].args, Contains("--allow-private-addresses"));

  const api::PodSpec careful =
      RenderTuningJob(WorkloadOf(workspace), {.standalone = true})
          .spec.pod_template.spec;
  EXPECT_THAT(careful.init_containers.at(1).args,
              Contains("--allow-private-addresses=false"));
}

TEST(RenderTuningJob, NamesTheRecipeOfTheUserAndItsPlaceForResults) {
  api::Workspace workspace = WalkThrough();
  workspace.tuning->config = "recipe";
  Workload workload = WorkloadOf(workspace);
  workload.output_dir = "/mnt/out";
  const api::PodSpec pod = RenderTuningJob(workload, {}).spec.pod_template.spec;
  EXPECT_EQ(pod.volumes[0].config_map->name, "recipe");
  EXPECT_THAT(pod.containers[0].args, Contains("/mnt/out"));
  EXPECT_EQ(TrainingConfigName({.method = "LoRA"}), "lora-params-template");
}

TEST(RenderWeights, ComeFromTheNodeOrTheHub) {
  const api::Workspace workspace = WalkThrough();
  Workload workload = WorkloadOf(workspace);
  workload.weights = {.kind = WeightsSource::Kind::kNode, .place = "/models/a"};
  workload.gpus.count = 0;
  api::PodSpec pod = RenderTuningJob(workload, {}).spec.pod_template.spec;
  ExpectVolumesFit(pod);
  EXPECT_EQ(pod.init_containers.at(0).name, "data");
  EXPECT_FALSE(pod.containers[0].resources.has_value());

  workload.weights = {.kind = WeightsSource::Kind::kHub,
                      .place = "meta-llama/Llama-3.1-8B-Instruct",
                      .access_secret = "hf"};
  pod = RenderTuningJob(workload, {}).spec.pod_template.spec;
  ExpectVolumesFit(pod);
  const api::Container& fetch = pod.init_containers.at(0);
  EXPECT_THAT(fetch.args, ElementsAre("fetch", "--output", "/workspace/weights",
                                      "hf://meta-llama/Llama-3.1-8B-Instruct"));
  EXPECT_EQ(fetch.env.at(0).value_from->secret_key_ref->key, "HF_TOKEN");
}

TEST(RenderServing, ServesAPresetWithAdapters) {
  const api::Workspace workspace = Serving(
      "{preset: {name: phi-4}, config: server, adapters: ["
      "{source: {name: law, image: 'r.example.com/law:1', imagePullSecrets: "
      "[s]}, strength: '0.5'},"
      "{source: {name: med, volumeSource: {emptyDir: {}}}}]}");
  const api::Deployment deployment = RenderServing(WorkloadOf(workspace), {});
  const api::PodSpec& pod = deployment.spec.pod_template.spec;
  ExpectVolumesFit(pod);
  EXPECT_EQ(deployment.spec.replicas, 2);
  EXPECT_THAT(pod.containers[0].args,
              ElementsAre("serve", "--model", "/workspace/weights",
                          "--served-model-name", "phi-4", "--adapter",
                          "law=/mnt/adapter/law@0.5", "--adapter",
                          "med=/mnt/adapter/med", "--quantization", "auto",
                          "--config", "/mnt/config/inference_config.yaml",
                          "--address", "0.0.0.0:5000"));
  EXPECT_EQ(pod.init_containers.at(1).name, "adapter-0");
}

TEST(RenderServing, KeepsAPodTemplateOfTheUser) {
  const api::Workspace workspace = Serving(
      "{template: {metadata: {labels: {mine: x}}, spec: {containers: [{name: "
      "c, image: i, stdin: true}]}}}");
  Workload workload = WorkloadOf(workspace);
  workload.weights = {};
  const json::Value pod =
      api::Encode(RenderServing(workload, {}).spec.pod_template);
  EXPECT_EQ(pod.StringAt({"metadata", "labels", "mine"}), "x");
  EXPECT_EQ(pod.StringAt({"metadata", "labels", "kaito.sh/workspace"}), "chat");
  EXPECT_THAT(json::Write(pod), HasSubstr(R"("stdin":true)"));
  EXPECT_THAT(json::Write(pod), HasSubstr("nodeAffinity"));
}

TEST(RenderServing, GivesLargeModelsMoreTimeToStart) {
  const api::Workspace workspace = WalkThrough();
  Workload workload = WorkloadOf(workspace);
  workload.weights_bytes = int64_t{132} << 30;  // 15 min + 39.6 min.
  const auto failures = [&] {
    return RenderServing(workload, {})
        .spec.pod_template.spec.containers[0]
        .startup_probe->failure_threshold;
  };
  EXPECT_EQ(failures(), 327);
  workload.weights_bytes = int64_t{2000} << 30;
  EXPECT_EQ(failures(), 1080);
}

TEST(RenderService, IsALoadBalancerWhereTheAnnotationSaysSo) {
  api::Workspace workspace = WalkThrough();
  workspace.metadata.annotations["kaito.sh/enablelb"] = "True";
  EXPECT_EQ(RenderService(workspace).spec.type, "LoadBalancer");
}

TEST(RenderRevision, HashFollowsWhatIsAskedForAndNothingElse) {
  api::Workspace workspace = WalkThrough();
  const std::string hash = RevisionHash(workspace);
  workspace.metadata.annotations["a"] = "b";
  workspace.status.state = "Ready";
  EXPECT_EQ(RevisionHash(workspace), hash);
  workspace.tuning->output->image += "1";
  EXPECT_NE(RevisionHash(workspace), hash);
  const api::ControllerRevision revision = RenderRevision(workspace, 7);
  EXPECT_EQ(revision.revision, 7);
  EXPECT_EQ(revision.metadata.name,
            absl::StrCat("workspace-tuning-phi-3-",
                         RevisionHash(workspace).substr(0, 5)));
}

}  // namespace
}  // namespace kaito::controller
