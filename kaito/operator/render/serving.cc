#include "kaito/operator/render/serving.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/api/core/container.h"
#include "kaito/api/core/deployment.h"
#include "kaito/api/core/pod_spec.h"
#include "kaito/api/core/probe.h"
#include "kaito/api/core/secret.h"
#include "kaito/api/core/service.h"
#include "kaito/api/job/layout.h"
#include "kaito/api/meta/int_or_string.h"
#include "kaito/api/schema/codec.h"
#include "kaito/api/schema/image_reference.h"
#include "kaito/api/workspace/annotation_rules.h"
#include "kaito/api/workspace/defaults.h"
#include "kaito/api/workspace/names.h"
#include "kaito/api/workspace/workspace.h"
#include "kaito/base/json/value.h"
#include "kaito/operator/render/pod_parts.h"
#include "kaito/operator/render/settings.h"
#include "kaito/operator/render/workload.h"

namespace kaito::controller {
namespace {

// Requests in flight end in that time.
constexpr int64_t kSecondsToStop = 60;
constexpr int32_t kProbeSeconds = 10;

api::Probe HealthProbe(int32_t failure_threshold) {
  api::Probe probe;
  probe.http_get.emplace();
  probe.http_get->path = "/health";
  probe.http_get->port = api::IntOrString(api::kServePort);
  probe.period_seconds = kProbeSeconds;
  probe.failure_threshold = failure_threshold;
  return probe;
}

// How many failed probes a start may take: KAITO gives 15 minutes and 18 s for
// each GiB of weights, from half an hour to three.
int32_t StartupFailures(int64_t weights_bytes) {
  const int64_t seconds = 15 * 60 + 18 * (weights_bytes >> 30);
  return static_cast<int32_t>(std::clamp<int64_t>(seconds, 30 * 60, 180 * 60) /
                              kProbeSeconds);
}

// The image that the Job pushed, by its digest: a tag may move.
std::string PushedImage(const api::DataDestination& output,
                        const std::string& digest) {
  auto image = api::ParseImageReference(output.image);
  if (!image.ok() || digest.empty()) return output.image;
  image->tag.clear();
  image->digest = digest;
  return image->ToString();
}

std::string AdapterPath(absl::string_view name) {
  return absl::StrCat(api::kAdapterDir, "/", name);
}

// Adds the tuned adapter: pulled, or mounted where it was written.
void AddTunedAdapter(const Workload& workload, const Settings& settings,
                     api::PodSpec& pod, api::Container& serve) {
  const api::Workspace& workspace = *workload.workspace;
  const api::DataDestination& output = *workspace.tuning->output;
  const std::string path = AdapterPath(workspace.metadata.name);
  if (output.volume_source) {
    pod.volumes.push_back(UserVolume(kResultsVolume, *output.volume_source));
    serve.volume_mounts.push_back(
        Mount(kResultsVolume, path, /*read_only=*/true));
    return;
  }
  api::Container pull = RuntimeContainer(
      api::kAdapterContainer, settings,
      {"pull", PushedImage(output, workload.output_digest), "--output", path,
       "--auth",
       absl::StrCat(api::kPushSecretDir, "/", api::kRegistryAuthFile)});
  AllowAddresses(settings, pull);
  pull.volume_mounts = {
      Mount(kAdapterVolume, api::kAdapterDir),
      Mount(kPushSecretVolume, api::kPushSecretDir, /*read_only=*/true)};
  pod.init_containers.push_back(std::move(pull));
  pod.volumes.push_back(EmptyVolume(kAdapterVolume));
  pod.volumes.push_back(SecretFile(kPushSecretVolume, output.image_push_secret,
                                   api::secret_key::kDockerConfigJson,
                                   api::kRegistryAuthFile));
  serve.volume_mounts.push_back(
      Mount(kAdapterVolume, api::kAdapterDir, /*read_only=*/true));
}

// Adds the adapters that inference names.
void AddAdapters(const Workload& workload, const Settings& settings,
                 api::PodSpec& pod, api::Container& serve) {
  bool pulled = false;
  int64_t ordinal = 0;
  for (const api::AdapterSpec& adapter :
       workload.workspace->inference->adapters) {
    const api::DataSource& source = *adapter.source;
    const std::string path = AdapterPath(source.name);
    if (source.volume_source) {
      const std::string volume = absl::StrCat(kAdapterVolume, "-", ordinal++);
      pod.volumes.push_back(UserVolume(volume, *source.volume_source));
      serve.volume_mounts.push_back(Mount(volume, path, /*read_only=*/true));
      continue;
    }
    api::Container pull =
        RuntimeContainer(absl::StrCat(api::kAdapterContainer, "-", ordinal++),
                         settings, {"pull", source.image, "--output", path});
    pull.volume_mounts.push_back(Mount(kAdapterVolume, api::kAdapterDir));
    AddPullSecrets(source.image_pull_secrets, pull, pod);
    AllowAddresses(settings, pull);
    pod.init_containers.push_back(std::move(pull));
    pulled = true;
  }
  if (!pulled) return;
  pod.volumes.push_back(EmptyVolume(kAdapterVolume));
  serve.volume_mounts.insert(
      serve.volume_mounts.begin(),
      Mount(kAdapterVolume, api::kAdapterDir, /*read_only=*/true));
}

std::vector<std::string> ServeArgs(const api::Workspace& workspace) {
  std::vector<std::string> args = {
      "serve", "--model", std::string(api::kWeightsDir), "--served-model-name",
      workspace.preset()->name};
  const auto add_adapter = [&](absl::string_view name,
                               absl::string_view strength) {
    args.push_back("--adapter");
    args.push_back(absl::StrCat(name, "=", AdapterPath(name), strength));
  };
  std::string quantization = "auto";
  if (workspace.tuning) {
    add_adapter(workspace.metadata.name, "");
    args.insert(args.end(), {"--default-model", workspace.metadata.name});
    // As in training.
    quantization = api::ParseTuningMethod(workspace.tuning->method) ==
                           api::TuningMethod::kQlora
                       ? "nf4"
                       : "none";
  } else {
    for (const api::AdapterSpec& adapter : workspace.inference->adapters) {
      const std::string strength =
          adapter.strength.value_or(std::string(api::kDefaultAdapterStrength));
      add_adapter(adapter.source->name, strength == api::kDefaultAdapterStrength
                                            ? ""
                                            : absl::StrCat("@", strength));
    }
  }
  args.insert(args.end(), {"--quantization", quantization});
  if (workspace.inference && !workspace.inference->config.empty()) {
    args.insert(args.end(),
                {"--config", absl::StrCat(api::kConfigDir, "/",
                                          api::kInferenceConfigFile)});
  }
  args.insert(args.end(),
              {"--address", absl::StrCat("0.0.0.0:", api::kServePort)});
  return args;
}

api::Container ServeContainer(const Workload& workload,
                              const Settings& settings) {
  const api::Workspace& workspace = *workload.workspace;
  api::Container serve =
      RuntimeContainer(workspace.metadata.name, settings, ServeArgs(workspace));
  serve.ports.push_back(
      {.name = "http", .container_port = api::kServePort, .protocol = "TCP"});
  serve.startup_probe = HealthProbe(StartupFailures(workload.weights_bytes));
  serve.readiness_probe = HealthProbe(0);
  serve.liveness_probe = HealthProbe(3);
  SetGpus(workload.gpus, serve);
  return serve;
}

api::PodSpec PresetPod(const Workload& workload, const Settings& settings) {
  const api::Workspace& workspace = *workload.workspace;
  api::PodSpec pod = RuntimePod(workspace);
  pod.termination_grace_period_seconds = kSecondsToStop;
  api::Container serve = ServeContainer(workload, settings);
  AddWeights(workload, settings, pod);
  if (workspace.tuning) {
    AddTunedAdapter(workload, settings, pod, serve);
  } else {
    AddAdapters(workload, settings, pod, serve);
    if (!workspace.inference->config.empty()) {
      pod.volumes.push_back(
          ConfigMapVolumeOf(kConfigVolume, workspace.inference->config));
      serve.volume_mounts.push_back(
          Mount(kConfigVolume, api::kConfigDir, /*read_only=*/true));
    }
  }
  serve.volume_mounts.push_back(
      Mount(kWeightsVolume, api::kWeightsDir, /*read_only=*/true));
  serve.volume_mounts.push_back(Mount(kSharedMemoryVolume, "/dev/shm"));
  pod.volumes.push_back(MemoryVolume(kSharedMemoryVolume));
  SortVolumes(pod);
  pod.containers.push_back(std::move(serve));
  return pod;
}

// The user's own pod, on the Workspace's nodes.
api::PodTemplateSpec UserPod(const api::Workspace& workspace) {
  api::PodTemplateSpec pod =
      api::Decode<api::PodTemplateSpec>(
          json::Value(*workspace.inference->pod_template))
          .object;
  // A template's own affinity could ask for other nodes.
  pod.spec.affinity.reset();
  SetScheduling(workspace, pod.spec);
  return pod;
}

}  // namespace

api::Deployment RenderServing(const Workload& workload,
                              const Settings& settings) {
  const api::Workspace& workspace = *workload.workspace;
  api::Deployment deployment;
  deployment.metadata = RevisionedMetadata(workload);
  deployment.spec.replicas =
      workspace.tuning ? 1 : static_cast<int32_t>(workspace.resource.count);
  const auto labels = PodLabels(workspace, api::label::kRoleServing);
  deployment.spec.selector.match_labels = labels;
  // A node has room for one pod: the old one goes first.
  deployment.spec.strategy =
      api::DeploymentStrategy{.type = "RollingUpdate",
                              .rolling_update = api::RollingUpdate{
                                  .max_unavailable = api::IntOrString(1),
                                  .max_surge = api::IntOrString(0)}};
  if (workspace.preset() != nullptr) {
    deployment.spec.pod_template.spec = PresetPod(workload, settings);
  } else {
    deployment.spec.pod_template = UserPod(workspace);
  }
  for (const auto& [key, value] : labels) {
    deployment.spec.pod_template.metadata.labels[key] = value;
  }
  return deployment;
}

api::Service RenderService(const api::Workspace& workspace) {
  api::Service service;
  service.metadata = OwnedMetadata(workspace, workspace.metadata.name);
  const bool load_balancer =
      api::BoolAnnotation(workspace.metadata,
                          api::annotation::kEnableLoadBalancer)
          .value_or(false);
  service.spec.type = load_balancer ? "LoadBalancer" : "ClusterIP";
  service.spec.selector = PodLabels(workspace, api::label::kRoleServing);
  service.spec.ports = {
      {.name = "http",
       .protocol = "TCP",
       .port = api::kServicePort,
       .target_port = api::IntOrString(api::kServePort)},
      {.name = "torch",
       .protocol = "TCP",
       .port = api::kRendezvousPort,
       .target_port = api::IntOrString(api::kRendezvousPort)}};
  return service;
}

std::string HeadlessName(const api::Workspace& workspace) {
  return absl::StrCat(workspace.metadata.name, "-headless");
}

api::Service RenderHeadlessService(const api::Workspace& workspace) {
  api::Service service;
  service.metadata = OwnedMetadata(workspace, HeadlessName(workspace));
  service.spec.cluster_ip = "None";
  service.spec.publish_not_ready_addresses = true;
  service.spec.selector = {
      {std::string(api::label::kWorkspace), workspace.metadata.name}};
  service.spec.ports = {
      {.name = "torchrun",
       .protocol = "TCP",
       .port = api::kRendezvousPort,
       .target_port = api::IntOrString(api::kRendezvousPort)}};
  return service;
}

}  // namespace kaito::controller
