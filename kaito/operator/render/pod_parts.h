#ifndef KAITO_OPERATOR_RENDER_POD_PARTS_H_
#define KAITO_OPERATOR_RENDER_POD_PARTS_H_

// Parts that the pods of all workloads have in common: metadata, scheduling,
// containers of the runtime's image, volumes. Private to rendering.

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "kaito/api/core/container.h"
#include "kaito/api/core/pod_spec.h"
#include "kaito/api/core/volume.h"
#include "kaito/api/meta/object_meta.h"
#include "kaito/api/workspace/workspace.h"
#include "kaito/base/json/value.h"
#include "kaito/operator/render/settings.h"
#include "kaito/operator/render/workload.h"

namespace kaito::controller {

// Names of volumes.
inline constexpr absl::string_view kAdapterVolume = "adapter-volume";
inline constexpr absl::string_view kConfigVolume = "config-volume";
inline constexpr absl::string_view kDataVolume = "data-volume";
inline constexpr absl::string_view kDataSecretVolume = "data-secret";
inline constexpr absl::string_view kPushSecretVolume = "push-secret";
inline constexpr absl::string_view kResultsVolume = "results-volume";
inline constexpr absl::string_view kSharedMemoryVolume = "dshm";
inline constexpr absl::string_view kWeightsVolume = "model-weights-volume";

// Of an object that the Workspace owns: its namespace, label and reference.
api::ObjectMeta OwnedMetadata(const api::Workspace& workspace,
                              absl::string_view name);
// As above, with the annotation of the revision.
api::ObjectMeta RevisionedMetadata(const Workload& workload);

// The labels of a pod with that role.
std::map<std::string, std::string> PodLabels(const api::Workspace& workspace,
                                             absl::string_view role);

// Which nodes: affinity to the Workspace's labels, and tolerations of GPU
// nodes' taints.
void SetScheduling(const api::Workspace& workspace, api::PodSpec& pod);

// A pod of the runtime's image: no rights that it does not need.
api::PodSpec RuntimePod(const api::Workspace& workspace);
// One process of the runtime's image. args[0] is the subcommand.
api::Container RuntimeContainer(absl::string_view name,
                                const Settings& settings,
                                std::vector<std::string> args);
void SetGpus(const GpuRequest& gpus, api::Container& container);

api::Volume EmptyVolume(absl::string_view name);
api::Volume MemoryVolume(absl::string_view name);
api::Volume ConfigMapVolumeOf(absl::string_view name,
                              absl::string_view config_map);
// One key of a Secret as a file, readable by the pod's group only.
api::Volume SecretFile(absl::string_view name, absl::string_view secret,
                       absl::string_view key, absl::string_view file);
// A volume that the user described, under our name.
api::Volume UserVolume(absl::string_view name, const json::Object& source);
void SortVolumes(api::PodSpec& pod);

api::VolumeMount Mount(absl::string_view volume, absl::string_view path,
                       bool read_only = false);

// Adds the volume of the weights and, where they are not on the node, the
// container that fetches them. Nothing where there are none.
void AddWeights(const Workload& workload, const Settings& settings,
                api::PodSpec& pod);

// For a container that reaches registries or other hosts of the user's: private
// addresses are open to it where the installation says so.
void AllowAddresses(const Settings& settings, api::Container& container);

// Mounts each Secret as a file, and passes it as --auth: for a container that
// pulls an image. Volumes are shared between containers.
void AddPullSecrets(const std::vector<std::string>& secrets,
                    api::Container& container, api::PodSpec& pod);

}  // namespace kaito::controller

#endif  // KAITO_OPERATOR_RENDER_POD_PARTS_H_
