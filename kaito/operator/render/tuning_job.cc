#include "kaito/operator/render/tuning_job.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/api/core/config_map.h"
#include "kaito/api/core/container.h"
#include "kaito/api/core/job.h"
#include "kaito/api/core/pod_spec.h"
#include "kaito/api/core/secret.h"
#include "kaito/api/job/layout.h"
#include "kaito/api/job/training_config.h"
#include "kaito/api/workspace/names.h"
#include "kaito/api/workspace/workspace.h"
#include "kaito/base/digest/sha256.h"
#include "kaito/base/yaml/writer.h"
#include "kaito/operator/render/pod_parts.h"
#include "kaito/operator/render/settings.h"
#include "kaito/operator/render/workload.h"

namespace kaito::controller {
namespace {

// A checkpoint of the adapter is written in that time, on a slow disk too.
constexpr int64_t kSecondsToStop = 120;
constexpr int32_t kBackoffLimit = 6;  // Kubernetes' own default, made visible.

std::string Path(absl::string_view dir, absl::string_view file) {
  return absl::StrCat(dir, "/", file);
}

// The container that brings the data, where it isn't mounted.
void AddData(const Workload& workload, const Settings& settings,
             api::PodSpec& pod) {
  const api::Workspace& workspace = *workload.workspace;
  const api::DataSource& input = *workspace.tuning->input;
  if (input.volume_source) {
    pod.volumes.push_back(UserVolume(kDataVolume, *input.volume_source));
    return;
  }
  pod.volumes.push_back(EmptyVolume(kDataVolume));
  if (!input.image.empty()) {
    api::Container pull = RuntimeContainer(
        api::kDataContainer, settings,
        {"pull", input.image, "--output", std::string(api::kDataDir)});
    pull.volume_mounts.push_back(Mount(kDataVolume, api::kDataDir));
    AddPullSecrets(input.image_pull_secrets, pull, pod);
    AllowAddresses(settings, pull);
    pod.init_containers.push_back(std::move(pull));
    return;
  }
  std::vector<std::string> args = {"fetch", "--output",
                                   std::string(api::kDataDir)};
  const absl::string_view token =
      workspace.metadata.annotation(api::annotation::kDataAccessSecret);
  if (!token.empty()) {
    args.push_back("--token-file");
    args.push_back(Path(api::kDataSecretDir, api::kDataTokenFile));
  }
  args.insert(args.end(), input.urls.begin(), input.urls.end());
  api::Container fetch =
      RuntimeContainer(api::kDataContainer, settings, std::move(args));
  fetch.volume_mounts.push_back(Mount(kDataVolume, api::kDataDir));
  AllowAddresses(settings, fetch);
  if (!token.empty()) {
    fetch.volume_mounts.push_back(
        Mount(kDataSecretVolume, api::kDataSecretDir, /*read_only=*/true));
    pod.volumes.push_back(SecretFile(kDataSecretVolume, token,
                                     api::kDataAccessSecretKey,
                                     api::kDataTokenFile));
  }
  pod.init_containers.push_back(std::move(fetch));
}

api::Container TuneContainer(const Workload& workload,
                             const Settings& settings) {
  const api::Workspace& workspace = *workload.workspace;
  const api::DataDestination& output = *workspace.tuning->output;
  const bool push = !output.image.empty();
  std::vector<std::string> args = {
      "tune",
      "--config",
      Path(api::kConfigDir, api::kTrainingConfigFile),
      "--model",
      std::string(api::kWeightsDir),
      "--data",
      std::string(api::kDataDir),
      "--output",
      workload.output_dir,
      "--resume",
      "auto"};
  if (push) {
    args.insert(args.end(),
                {"--push", output.image, "--auth",
                 Path(api::kPushSecretDir, api::kRegistryAuthFile)});
  }
  api::Container tune =
      RuntimeContainer(workspace.metadata.name, settings, std::move(args));
  if (push) AllowAddresses(settings, tune);
  tune.volume_mounts = {
      Mount(kConfigVolume, api::kConfigDir, /*read_only=*/true),
      Mount(kDataVolume, api::kDataDir, /*read_only=*/true),
      Mount(kResultsVolume, workload.output_dir)};
  if (push) {
    tune.volume_mounts.push_back(
        Mount(kPushSecretVolume, api::kPushSecretDir, /*read_only=*/true));
  }
  tune.volume_mounts.push_back(
      Mount(kWeightsVolume, api::kWeightsDir, /*read_only=*/true));
  tune.volume_mounts.push_back(Mount(kSharedMemoryVolume, "/dev/shm"));
  SetGpus(workload.gpus, tune);
  return tune;
}

}  // namespace

std::string TrainingConfigName(const api::TuningSpec& tuning) {
  if (!tuning.config.empty()) return tuning.config;
  return absl::StrCat(absl::AsciiStrToLower(tuning.method), "-params-template");
}

api::Job RenderTuningJob(const Workload& workload, const Settings& settings) {
  const api::Workspace& workspace = *workload.workspace;
  const api::TuningSpec& tuning = *workspace.tuning;
  api::Job job;
  job.metadata = RevisionedMetadata(workload);
  job.spec.backoff_limit = kBackoffLimit;
  job.spec.pod_template.metadata.labels =
      PodLabels(workspace, api::label::kRoleTuning);
  api::PodSpec& pod = job.spec.pod_template.spec;
  pod = RuntimePod(workspace);
  pod.restart_policy = "OnFailure";
  pod.termination_grace_period_seconds = kSecondsToStop;
  pod.volumes.push_back(
      ConfigMapVolumeOf(kConfigVolume, TrainingConfigName(tuning)));
  AddWeights(workload, settings, pod);
  AddData(workload, settings, pod);
  const api::DataDestination& output = *tuning.output;
  pod.volumes.push_back(output.volume_source
                            ? UserVolume(kResultsVolume, *output.volume_source)
                            : EmptyVolume(kResultsVolume));
  if (!output.image.empty()) {
    pod.volumes.push_back(
        SecretFile(kPushSecretVolume, output.image_push_secret,
                   api::secret_key::kDockerConfigJson, api::kRegistryAuthFile));
  }
  pod.volumes.push_back(MemoryVolume(kSharedMemoryVolume));
  SortVolumes(pod);
  pod.containers.push_back(TuneContainer(workload, settings));
  return job;
}

api::ConfigMap RenderTrainingTemplate(absl::string_view method,
                                      absl::string_view ns) {
  const std::string text = yaml::Write(
      api::FormatTrainingConfig(api::DefaultTrainingConfig(method)));
  api::ConfigMap config_map;
  config_map.metadata.name = absl::StrCat(method, "-params-template");
  config_map.metadata.ns = std::string(ns);
  config_map.metadata.annotations[std::string(kTemplateHashAnnotation)] =
      Sha256Hex(text);
  config_map.data[std::string(api::kTrainingConfigKey)] = text;
  return config_map;
}

}  // namespace kaito::controller
