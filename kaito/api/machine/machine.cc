#include "kaito/api/machine/machine.h"

#include "kaito/api/core/open_struct.h"
#include "kaito/api/schema/describe.h"
#include "kaito/api/schema/type.h"

namespace kaito::api {

const StructType& Describe(const KubeletConfiguration*) {
  using T = KubeletConfiguration;
  static const StructType& type = OpenStruct<T>(
      "Settings of the node's kubelet.",
      {Of("clusterDNS", &T::cluster_dns, "Addresses of the cluster's DNS."),
       Of("containerRuntime", &T::container_runtime, "What runs containers."),
       Of("maxPods", &T::max_pods, "The most pods.").Minimum(0),
       Of("podsPerCore", &T::pods_per_core, "The most pods for each core.")
           .Minimum(0),
       Of("systemReserved", &T::system_reserved,
          "Kept for the operating system."),
       Of("kubeReserved", &T::kube_reserved, "Kept for Kubernetes."),
       Of("evictionHard", &T::eviction_hard,
          "Signals at which pods are evicted at once."),
       Of("evictionSoft", &T::eviction_soft,
          "Signals at which pods are evicted after a while."),
       Of("evictionSoftGracePeriod", &T::eviction_soft_grace_period,
          "How long that is, by signal."),
       Of("evictionMaxPodGracePeriod", &T::eviction_max_pod_grace_period,
          "The longest that an evicted pod may take, in seconds."),
       Of("imageGCHighThresholdPercent", &T::image_gc_high_threshold_percent,
          "How full the disk is when images are deleted.")
           .Minimum(0)
           .Maximum(100),
       Of("imageGCLowThresholdPercent", &T::image_gc_low_threshold_percent,
          "How full it is when that ends.")
           .Minimum(0)
           .Maximum(100),
       Of("cpuCFSQuota", &T::cpu_cfs_quota,
          "Whether limits of CPU are enforced.")});
  return type;
}

const StructType& Describe(const MachineTemplateRef*) {
  using T = MachineTemplateRef;
  static const StructType& type = OpenStruct<T>(
      "Settings of the cloud.",
      {Of("apiVersion", &T::api_version, "Of the object."),
       Of("kind", &T::kind, "Of the object."),
       Of("name", &T::name, "Of the object.").Required().Always()});
  return type;
}

const StructType& Describe(const ClaimResources*) {
  static const StructType& type = OpenStruct<ClaimResources>(
      "What the node must have.",
      {Of("requests", &ClaimResources::requests,
          "Amounts by resource; \"storage\" is the node's disk.")});
  return type;
}

const StructType& Describe(const MachineSpec*) {
  using T = MachineSpec;
  static const StructType& type = OpenStruct<T>(
      "What the node is to be.",
      {Of("taints", &T::taints, "Taints of the node."),
       Of("startupTaints", &T::startup_taints,
          "Taints of the node that others take away when it is ready."),
       Of("requirements", &T::requirements, "What its labels must be."),
       Of("resources", &T::resources, "What it must have."),
       Of("kubelet", &T::kubelet, "Settings of its kubelet."),
       Of("machineTemplateRef", &T::machine_template_ref,
          "Settings of the cloud.")});
  return type;
}

const StructType& Describe(const MachineStatus*) {
  using T = MachineStatus;
  static const StructType& type = OpenStruct<T>(
      "What has become of it.",
      {Of("nodeName", &T::node_name, "Name of the Node."),
       Of("providerID", &T::provider_id,
          "The instance, as its cloud names it."),
       Of("capacity", &T::capacity, "All that the node has."),
       Of("allocatable", &T::allocatable, "What of it pods may use."),
       Of("conditions", &T::conditions, "Its state, aspect by aspect.")});
  return type;
}

const StructType& Describe(const Machine*) {
  using T = Machine;
  static const StructType& type = OpenStruct<T>(
      "A node that is to be, and what has become of it.",
      {Of("apiVersion", &T::api_version, "Always karpenter.sh/v1alpha5."),
       Of("kind", &T::kind, "Always Machine."),
       Of("metadata", &T::metadata, "Name, labels."),
       Of("spec", &T::spec, "What the node is to be."),
       Of("status", &T::status, "What has become of it.")});
  return type;
}

}  // namespace kaito::api
