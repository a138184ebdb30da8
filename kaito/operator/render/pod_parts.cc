#include "kaito/operator/render/pod_parts.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/api/core/container.h"
#include "kaito/api/core/local_reference.h"
#include "kaito/api/core/pod_spec.h"
#include "kaito/api/core/scheduling.h"
#include "kaito/api/core/secret.h"
#include "kaito/api/core/volume.h"
#include "kaito/api/job/layout.h"
#include "kaito/api/machine/names.h"
#include "kaito/api/meta/gvk.h"
#include "kaito/api/meta/label_selector.h"
#include "kaito/api/meta/object_meta.h"
#include "kaito/api/meta/owner_reference.h"
#include "kaito/api/meta/quantity.h"
#include "kaito/api/schema/codec.h"
#include "kaito/api/workspace/names.h"
#include "kaito/api/workspace/node_labels.h"
#include "kaito/api/workspace/workspace.h"
#include "kaito/base/json/value.h"
#include "kaito/operator/render/settings.h"
#include "kaito/operator/render/workload.h"

namespace kaito::controller {
namespace {

// The user of the runtime's image: "nonroot" of distroless images.
constexpr int kUser = 65532;
constexpr int32_t kGroupReadable = 0440;
constexpr absl::string_view kGpuTaint = "nvidia.com/gpu";

api::GroupVersionKind KindOf(const api::Workspace& workspace) {
  const auto version = api::ParseApiVersion(workspace.api_version);
  return {.group = std::string(api::kWorkspaceGroup),
          .version = version.ok() ? version->version : "v1beta1",
          .kind = std::string(api::kWorkspaceKind)};
}

}  // namespace

api::ObjectMeta OwnedMetadata(const api::Workspace& workspace,
                              absl::string_view name) {
  api::ObjectMeta metadata;
  metadata.name = std::string(name);
  metadata.ns = workspace.metadata.ns;
  metadata.labels = {
      {std::string(api::label::kWorkspace), workspace.metadata.name}};
  metadata.owner_references = {
      api::ControllerReference(workspace.metadata, KindOf(workspace))};
  return metadata;
}

api::ObjectMeta RevisionedMetadata(const Workload& workload) {
  const api::Workspace& workspace = *workload.workspace;
  api::ObjectMeta metadata = OwnedMetadata(workspace, workspace.metadata.name);
  metadata.annotations[std::string(api::annotation::kRevision)] =
      absl::StrCat(workload.revision);
  return metadata;
}

std::map<std::string, std::string> PodLabels(const api::Workspace& workspace,
                                             absl::string_view role) {
  return {{std::string(api::label::kRole), std::string(role)},
          {std::string(api::label::kWorkspace), workspace.metadata.name}};
}

void SetScheduling(const api::Workspace& workspace, api::PodSpec& pod) {
  std::map<std::string, std::string> labels;
  if (workspace.resource.label_selector) {
    auto selected = api::NodeLabels(*workspace.resource.label_selector);
    if (selected.ok()) labels = *std::move(selected);
  }
  if (!labels.empty()) {
    api::NodeSelectorTerm term;
    for (const auto& [key, value] : labels) {
      term.match_expressions.push_back(
          {.key = key, .op = "In", .values = {value}});
    }
    pod.affinity.emplace().node_affinity.emplace().required =
        api::NodeSelector{.node_selector_terms = {std::move(term)}};
  }
  pod.tolerations.push_back(
      {.key = std::string(kGpuTaint), .op = "Exists", .effect = "NoSchedule"});
  pod.tolerations.push_back({.key = std::string(api::karpenter::kSkuTaint),
                             .op = "Equal",
                             .value = std::string(api::karpenter::kSkuTaintGpu),
                             .effect = "NoSchedule"});
}

api::PodSpec RuntimePod(const api::Workspace& workspace) {
  api::PodSpec pod;
  pod.automount_service_account_token = false;
  pod.security_context = json::Object{
      {"fsGroup", kUser},
      {"runAsGroup", kUser},
      {"runAsNonRoot", true},
      {"runAsUser", kUser},
      {"seccompProfile", json::Object{{"type", "RuntimeDefault"}}}};
  SetScheduling(workspace, pod);
  return pod;
}

api::Container RuntimeContainer(absl::string_view name,
                                const Settings& settings,
                                std::vector<std::string> args) {
  api::Container container;
  container.name = std::string(name);
  container.image = settings.runtime_image;
  container.args = std::move(args);
  container.security_context =
      json::Object{{"allowPrivilegeEscalation", false},
                   {"capabilities", json::Object{{"drop", json::Array{"ALL"}}}},
                   {"readOnlyRootFilesystem", true}};
  return container;
}

void SetGpus(const GpuRequest& gpus, api::Container& container) {
  if (gpus.count == 0) return;
  const api::ResourceList list = {{gpus.resource, api::Quantity(gpus.count)}};
  if (!container.resources) container.resources.emplace();
  container.resources->limits.insert(list.begin(), list.end());
  container.resources->requests.insert(list.begin(), list.end());
}

api::Volume EmptyVolume(absl::string_view name) {
  api::Volume volume;
  volume.name = std::string(name);
  volume.empty_dir.emplace();
  return volume;
}

api::Volume MemoryVolume(absl::string_view name) {
  api::Volume volume = EmptyVolume(name);
  volume.empty_dir->medium = "Memory";
  return volume;
}

api::Volume ConfigMapVolumeOf(absl::string_view name,
                              absl::string_view config_map) {
  api::Volume volume;
  volume.name = std::string(name);
  volume.config_map.emplace().name = std::string(config_map);
  return volume;
}

api::Volume SecretFile(absl::string_view name, absl::string_view secret,
                       absl::string_view key, absl::string_view file) {
  api::Volume volume;
  volume.name = std::string(name);
  api::SecretVolume& source = volume.secret.emplace();
  source.secret_name = std::string(secret);
  source.default_mode = kGroupReadable;
  source.items.push_back({.key = std::string(key), .path = std::string(file)});
  return volume;
}

api::Volume UserVolume(absl::string_view name, const json::Object& source) {
  json::Value value = source;
  value["name"] = name;
  // Sources that the type does not know stay in its `others`.
  return api::Decode<api::Volume>(value).object;
}

void SortVolumes(api::PodSpec& pod) {
  std::sort(pod.volumes.begin(), pod.volumes.end(),
            [](const api::Volume& a, const api::Volume& b) {
              return a.name < b.name;
            });
}

api::VolumeMount Mount(absl::string_view volume, absl::string_view path,
                       bool read_only) {
  return {.name = std::string(volume),
          .mount_path = std::string(path),
          .read_only = read_only};
}

void AllowAddresses(const Settings& settings, api::Container& container) {
  if (settings.allow_private_addresses) {
    container.args.push_back("--allow-private-addresses");
  } else if (settings.standalone) {
    // Where the program sees no cluster, it allows them by itself.
    container.args.push_back("--allow-private-addresses=false");
  }
}

void AddPullSecrets(const std::vector<std::string>& secrets,
                    api::Container& container, api::PodSpec& pod) {
  for (const std::string& secret : secrets) {
    const std::string volume = absl::StrCat("pull-secret-", secret);
    const std::string dir = absl::StrCat(api::kPullSecretDir, "/", secret);
    const bool known = std::any_of(
        pod.volumes.begin(), pod.volumes.end(),
        [&](const api::Volume& other) { return other.name == volume; });
    if (!known) {
      pod.volumes.push_back(SecretFile(volume, secret,
                                       api::secret_key::kDockerConfigJson,
                                       api::kRegistryAuthFile));
    }
    container.args.push_back("--auth");
    container.args.push_back(absl::StrCat(dir, "/", api::kRegistryAuthFile));
    container.volume_mounts.push_back(Mount(volume, dir, /*read_only=*/true));
  }
}

void AddWeights(const Workload& workload, const Settings& settings,
                api::PodSpec& pod) {
  const WeightsSource& weights = workload.weights;
  if (weights.kind == WeightsSource::Kind::kNone) return;
  if (weights.kind == WeightsSource::Kind::kNode) {
    api::Volume volume;
    volume.name = std::string(kWeightsVolume);
    volume.host_path.emplace().path = weights.place;
    volume.host_path->type = "Directory";
    pod.volumes.push_back(std::move(volume));
    return;
  }
  pod.volumes.push_back(EmptyVolume(kWeightsVolume));
  const bool hub = weights.kind == WeightsSource::Kind::kHub;
  std::vector<std::string> args;
  if (hub) {
    args = {"fetch", "--output", std::string(api::kWeightsDir),
            absl::StrCat("hf://", weights.place)};
  } else {
    args = {"pull", weights.place, "--output", std::string(api::kWeightsDir)};
  }
  api::Container container =
      RuntimeContainer(api::kWeightsContainer, settings, std::move(args));
  if (hub && !weights.access_secret.empty()) {
    api::EnvVar token;
    token.name = std::string(api::kHubTokenVariable);
    token.value_from.emplace().secret_key_ref =
        api::KeySelector{.name = weights.access_secret,
                         .key = std::string(api::kModelAccessSecretKey)};
    container.env.push_back(std::move(token));
  }
  container.volume_mounts.push_back(Mount(kWeightsVolume, api::kWeightsDir));
  if (!hub) AddPullSecrets(weights.pull_secrets, container, pod);
  AllowAddresses(settings, container);
  pod.init_containers.push_back(std::move(container));
}

}  // namespace kaito::controller
