#ifndef KAITO_API_MACHINE_NAMES_H_
#define KAITO_API_MACHINE_NAMES_H_

// The words of Karpenter's API that other programs match byte for byte, and
// those with which KAITO marks nodes. Labels that name the Workspace are in
// workspace/names.h.

#include "absl/strings/string_view.h"

namespace kaito::api::karpenter {

// On Machines, NodeClaims and their Nodes: the Node is drained and the instance
// deleted first.
inline constexpr absl::string_view kTerminationFinalizer =
    "karpenter.sh/termination";

// Labels of Machines.
inline constexpr absl::string_view kProvisionerNameLabel =
    "karpenter.sh/provisioner-name";
inline constexpr absl::string_view kDefaultProvisioner = "default";
// Labels of NodeClaims. KAITO's pool is none that Karpenter knows.
inline constexpr absl::string_view kNodePoolLabel = "karpenter.sh/nodepool";
inline constexpr absl::string_view kKaitoNodePool = "kaito";
// Labels of both and of their Nodes.
inline constexpr absl::string_view kRegisteredLabel = "karpenter.sh/registered";
inline constexpr absl::string_view kInitializedLabel =
    "karpenter.sh/initialized";
inline constexpr absl::string_view kDoNotSyncTaintsLabel =
    "karpenter.sh/do-not-sync-taints";
inline constexpr absl::string_view kCapacityTypeLabel =
    "karpenter.sh/capacity-type";
inline constexpr absl::string_view kCapacityOnDemand = "on-demand";
inline constexpr absl::string_view kCapacitySpot = "spot";
inline constexpr absl::string_view kCapacityReserved = "reserved";
// "<group>/<kind in lower case>" of the node class; its value is the name.
inline constexpr absl::string_view kKaitoNodeClassLabel =
    "kaito.sh/kaitonodeclass";

// Annotations of Machines.
inline constexpr absl::string_view kDoNotEvictAnnotation =
    "karpenter.sh/do-not-evict";
inline constexpr absl::string_view kDoNotConsolidateAnnotation =
    "karpenter.sh/do-not-consolidate";
inline constexpr absl::string_view kEmptinessTimestampAnnotation =
    "karpenter.sh/emptiness-timestamp";
inline constexpr absl::string_view kLinkedAnnotation = "karpenter.sh/linked";
inline constexpr absl::string_view kManagedByAnnotation =
    "karpenter.sh/managed-by";
inline constexpr absl::string_view kHeartbeatAnnotation =
    "NodeHeartBeatTimeStamp";
// Annotations of NodeClaims.
inline constexpr absl::string_view kDoNotDisruptAnnotation =
    "karpenter.sh/do-not-disrupt";
inline constexpr absl::string_view kNodePoolHashAnnotation =
    "karpenter.sh/nodepool-hash";
inline constexpr absl::string_view kNodePoolHashVersionAnnotation =
    "karpenter.sh/nodepool-hash-version";
// RFC 3339: when draining gives way to force.
inline constexpr absl::string_view kTerminationTimestampAnnotation =
    "karpenter.sh/nodeclaim-termination-timestamp";
inline constexpr absl::string_view kMinValuesRelaxedAnnotation =
    "karpenter.sh/nodeclaim-min-values-relaxed";

// Taints.
inline constexpr absl::string_view kDisruptedTaint = "karpenter.sh/disrupted";
inline constexpr absl::string_view kUnregisteredTaint =
    "karpenter.sh/unregistered";
// KAITO's own, on every GPU node: sku=gpu:NoSchedule.
inline constexpr absl::string_view kSkuTaint = "sku";
inline constexpr absl::string_view kSkuTaintGpu = "gpu";

// Of pools and nodes.
inline constexpr absl::string_view kMachineTypeLabel = "kaito.sh/machine-type";
inline constexpr absl::string_view kMachineTypeGpu = "gpu";
inline constexpr absl::string_view kMachineTypeCpu = "cpu";
inline constexpr absl::string_view kCreationTimestampLabel =
    "kaito.sh/creation-timestamp";
inline constexpr absl::string_view kImageFamilyUbuntu = "ubuntu";
inline constexpr absl::string_view kImageFamilyAzureLinux = "azurelinux";

// Of nodes, by Kubernetes and clouds.
inline constexpr absl::string_view kInstanceTypeLabel =
    "node.kubernetes.io/instance-type";
inline constexpr absl::string_view kZoneLabel = "topology.kubernetes.io/zone";
inline constexpr absl::string_view kRegionLabel =
    "topology.kubernetes.io/region";
inline constexpr absl::string_view kArchLabel = "kubernetes.io/arch";
inline constexpr absl::string_view kOsLabel = "kubernetes.io/os";
inline constexpr absl::string_view kHostnameLabel = "kubernetes.io/hostname";
inline constexpr absl::string_view kAzureZoneLabel = "karpenter.k8s.azure/zone";
inline constexpr absl::string_view kAzureSkuNameLabel =
    "karpenter.azure.com/sku-name";
inline constexpr absl::string_view kAwsGpuCountLabel =
    "karpenter.k8s.aws/instance-gpu-count";

// Resource by which a claim asks for a disk.
inline constexpr absl::string_view kStorageResource = "storage";

}  // namespace kaito::api::karpenter

#endif  // KAITO_API_MACHINE_NAMES_H_
