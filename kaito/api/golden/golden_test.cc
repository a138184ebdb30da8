// The golden objects are what operator and runtime are both written against, so they
// must be objects that the API's types take whole, and agree with each other and with
// the names in layout.h.
#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <type_traits>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/api/core/config_map.h"
#include "kaito/api/core/container.h"
#include "kaito/api/core/deployment.h"
#include "kaito/api/core/job.h"
#include "kaito/api/core/pod_spec.h"
#include "kaito/api/core/service.h"
#include "kaito/api/job/layout.h"
#include "kaito/api/job/training_config.h"
#include "kaito/api/machine/claim_builder.h"
#include "kaito/api/machine/machine.h"
#include "kaito/api/meta/condition.h"
#include "kaito/api/meta/quantity.h"
#include "kaito/api/schema/codec.h"
#include "kaito/api/workspace/names.h"
#include "kaito/api/workspace/workspace.h"
#include "kaito/base/digest/sha256.h"
#include "kaito/base/file/read_file.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"
#include "kaito/base/yaml/writer.h"
#include "kaito/base/yaml/yaml.h"

namespace kaito::api {
namespace {

using ::testing::ElementsAre;
using ::testing::IsSupersetOf;
using ::testing::Not;

json::Value Golden(absl::string_view name) {
  const auto text = ReadFile(absl::StrCat("kaito/api/golden/", name), 1 << 20);
  EXPECT_TRUE(text.ok()) << text.status();
  const auto document = yaml::Parse(*text);
  EXPECT_TRUE(document.ok()) << name << ": " << document.status();
  return document.ok() ? document->value : json::Value();
}

// Decodes, and expects that nothing is unknown, wrong, or lost on the way back.
template <typename T>
T Whole(absl::string_view name) {
  json::Value value = Golden(name);
  if (std::is_same_v<T, Workspace>) value["status"] = json::Object();
  Decoded<T> decoded = Decode<T>(value);
  EXPECT_TRUE(decoded.errors.empty()) << decoded.errors.ToString();
  EXPECT_TRUE(decoded.unknown.empty()) << decoded.unknown.ToString();
  EXPECT_EQ(Encode(decoded.object), value)
      << name << ": " << json::Write(Encode(decoded.object), {.indent = 1});
  return decoded.object;
}

std::vector<Container> AllContainers(const PodSpec& pod) {
  std::vector<Container> all = pod.init_containers;
  all.insert(all.end(), pod.containers.begin(), pod.containers.end());
  return all;
}

// Every mount has its volume, every volume is mounted.
void ExpectVolumesFit(const PodSpec& pod) {
  std::set<std::string> volumes, mounted;
  for (const Volume& volume : pod.volumes) volumes.insert(volume.name);
  for (const Container& container : AllContainers(pod)) {
    for (const VolumeMount& mount : container.volume_mounts) {
      mounted.insert(mount.name);
    }
  }
  EXPECT_EQ(volumes, mounted);
}

// The value that follows a flag.
std::string FlagOf(const Container& container, absl::string_view flag) {
  const auto it = std::find(container.args.begin(), container.args.end(), flag);
  return it == container.args.end() || it + 1 == container.args.end()
             ? ""
             : *(it + 1);
}

std::string Path(absl::string_view dir, absl::string_view file) {
  return absl::StrCat(dir, "/", file);
}

TEST(Golden, WorkspaceIsWholeAndKeepsItsDefaults) {
  const Workspace workspace = Whole<Workspace>("workspace.yaml");
  EXPECT_EQ(workspace.api_version, kWorkspaceV1Alpha1);
  EXPECT_TRUE(workspace.metadata.HasFinalizer(finalizer::kWorkspace));
}

TEST(Golden, MachineIsWhatTheBuilderMakesOfTheWorkspace) {
  const Workspace workspace = Whole<Workspace>("workspace.yaml");
  const Machine machine = Whole<Machine>("machine.yaml");
  const auto storage = Quantity::Parse("80Gi");
  ASSERT_TRUE(storage.ok());
  const Machine built = BuildMachine(
      {.workspace = workspace.metadata.name,
       .ns = workspace.metadata.ns,
       .uid = workspace.metadata.uid,
       .instance_type = workspace.resource.instance_type,
       .match_labels = workspace.resource.label_selector->match_labels,
       .storage = *storage});
  EXPECT_EQ(Encode(built), Encode(machine))
      << json::Write(Encode(built), {.indent = 1});
}

TEST(Golden, JobRunsOneProcessInEachContainer) {
  const Job job = Whole<Job>("job.yaml");
  const PodSpec& pod = job.spec.pod_template.spec;
  EXPECT_EQ(job.spec.backoff_limit, 6);
  EXPECT_EQ(pod.restart_policy, "OnFailure");
  ExpectVolumesFit(pod);
  ASSERT_EQ(pod.init_containers.size(), 2u);
  EXPECT_EQ(pod.init_containers[0].name, kWeightsContainer);
  EXPECT_EQ(pod.init_containers[1].name, kDataContainer);
  EXPECT_EQ(FlagOf(pod.init_containers[1], "--output"), kDataDir);
  ASSERT_EQ(pod.containers.size(), 1u);
  const Container& tune = pod.containers[0];
  EXPECT_EQ(tune.name, job.metadata.name);
  EXPECT_EQ(tune.args[0], "tune");
  EXPECT_EQ(FlagOf(tune, "--config"), Path(kConfigDir, kTrainingConfigFile));
  EXPECT_EQ(FlagOf(tune, "--model"), kWeightsDir);
  EXPECT_EQ(FlagOf(tune, "--data"), kDataDir);
  EXPECT_EQ(FlagOf(tune, "--output"), kResultsDir);
  EXPECT_EQ(FlagOf(tune, "--resume"), "auto");
  EXPECT_EQ(FlagOf(tune, "--auth"), Path(kPushSecretDir, kRegistryAuthFile));
  for (const Container& container : AllContainers(pod)) {
    EXPECT_TRUE(container.command.empty()) << "the image's entry point runs";
  }
}

TEST(Golden, OnlyWhoPushesOrPullsSeesTheSecret) {
  const Job job = Whole<Job>("job.yaml");
  const Deployment deployment = Whole<Deployment>("deployment.yaml");
  std::vector<std::string> with_secret;
  for (const PodSpec* pod :
       {&job.spec.pod_template.spec, &deployment.spec.pod_template.spec}) {
    for (const Container& container : AllContainers(*pod)) {
      for (const VolumeMount& mount : container.volume_mounts) {
        if (mount.mount_path != kPushSecretDir) continue;
        with_secret.push_back(container.name + "/" + container.args[0]);
        EXPECT_TRUE(mount.read_only);
      }
    }
  }
  EXPECT_THAT(with_secret,
              ElementsAre("workspace-tuning-phi-3/tune", "adapter/pull"));
}

TEST(Golden, DeploymentServesTheAdapterByDefault) {
  const Workspace workspace = Whole<Workspace>("workspace.yaml");
  const Deployment deployment = Whole<Deployment>("deployment.yaml");
  const PodSpec& pod = deployment.spec.pod_template.spec;
  ExpectVolumesFit(pod);
  EXPECT_EQ(deployment.spec.replicas, 1);
  ASSERT_EQ(pod.init_containers.size(), 2u);
  EXPECT_EQ(pod.init_containers[1].name, kAdapterContainer);
  const std::string adapter_dir = Path(kAdapterDir, workspace.metadata.name);
  EXPECT_EQ(FlagOf(pod.init_containers[1], "--output"), adapter_dir);
  const Container& serve = pod.containers.at(0);
  EXPECT_EQ(serve.args[0], "serve");
  EXPECT_EQ(FlagOf(serve, "--adapter"),
            absl::StrCat(workspace.metadata.name, "=", adapter_dir));
  EXPECT_EQ(FlagOf(serve, "--default-model"), workspace.metadata.name);
  EXPECT_EQ(FlagOf(serve, "--served-model-name"),
            workspace.tuning->preset->name);
  EXPECT_EQ(FlagOf(serve, "--address"), absl::StrCat("0.0.0.0:", kServePort));
  // Pulled by the digest that status.output tells, not by a tag that may move.
  const auto status = Decode<Workspace>(Golden("status_5_ready.yaml"));
  EXPECT_TRUE(absl::EndsWith(pod.init_containers[1].args.at(1),
                             "@" + status.object.status.output->digest));
}

TEST(Golden, ServiceReachesServingPodsOnly) {
  const Service service = Whole<Service>("service.yaml");
  const Service headless = Whole<Service>("service_headless.yaml");
  const auto& tuning = Whole<Job>("job.yaml").spec.pod_template.metadata.labels;
  const auto& serving =
      Whole<Deployment>("deployment.yaml").spec.pod_template.metadata.labels;
  EXPECT_THAT(serving, IsSupersetOf(service.spec.selector));
  EXPECT_THAT(tuning, Not(IsSupersetOf(service.spec.selector)));
  EXPECT_THAT(tuning, IsSupersetOf(headless.spec.selector));
  EXPECT_THAT(serving, IsSupersetOf(headless.spec.selector));
  EXPECT_EQ(headless.metadata.name, service.metadata.name + "-headless");
  EXPECT_EQ(headless.spec.cluster_ip, "None");
  std::vector<std::string> ports;
  for (const ServicePort& port : service.spec.ports) {
    ports.push_back(
        absl::StrCat(port.name, " ", port.port, "/", port.protocol));
  }
  EXPECT_THAT(ports, ElementsAre("http 80/TCP", "torch 29500/TCP"));
}

TEST(Golden, ConfigMapIsTheTemplateOfTheMethod) {
  const ConfigMap config_map = Whole<ConfigMap>("configmap.yaml");
  const std::string& text = config_map.data.at(std::string(kTrainingConfigKey));
  EXPECT_EQ(text,
            yaml::Write(FormatTrainingConfig(DefaultTrainingConfig("qlora"))));
  EXPECT_EQ(config_map.metadata.annotation("kaito.sh/template-hash"),
            Sha256Hex(text));
}

class GoldenStatus : public ::testing::TestWithParam<const char*> {};

TEST_P(GoldenStatus, HasEveryConditionThatApplies) {
  const json::Value value = Golden(GetParam());
  const Decoded<Workspace> decoded = Decode<Workspace>(value);
  EXPECT_TRUE(decoded.errors.empty()) << decoded.errors.ToString();
  EXPECT_TRUE(decoded.unknown.empty()) << decoded.unknown.ToString();
  EXPECT_EQ(Encode(decoded.object.status), *value.Find("status"))
      << json::Write(Encode(decoded.object.status), {.indent = 1});
  std::vector<std::string> types;
  for (const Condition& c : decoded.object.status.conditions) {
    types.push_back(c.type);
    EXPECT_FALSE(c.reason.empty());
    EXPECT_TRUE(absl::EndsWith(c.message, ".")) << c.message;
  }
  EXPECT_THAT(
      types,
      ElementsAre(condition::kResourceReady, condition::kJobStarted,
                  condition::kInferenceReady, condition::kWorkspaceSucceeded,
                  condition::kWorkspaceReady));
}

INSTANTIATE_TEST_SUITE_P(
    Stages, GoldenStatus,
    ::testing::Values("status_1_accepted.yaml", "status_2_provisioning.yaml",
                      "status_3_running.yaml", "status_4_tuned.yaml",
                      "status_5_ready.yaml", "status_placeholder.yaml",
                      "status_failed.yaml"));

TEST(GoldenStatus, ReadyIsTrueTrueTrueInTheColumns) {
  const auto decoded = Decode<Workspace>(Golden("status_5_ready.yaml"));
  for (absl::string_view type :
       {condition::kResourceReady, condition::kInferenceReady,
        condition::kWorkspaceReady}) {
    EXPECT_TRUE(IsConditionTrue(decoded.object.status.conditions, type));
  }
}

}  // namespace
}  // namespace kaito::api
