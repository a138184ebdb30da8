#ifndef KAITO_API_MACHINE_MACHINE_H_
#define KAITO_API_MACHINE_MACHINE_H_

// Machine (karpenter.sh/v1alpha5): one node that is to be. Cluster-scoped. The
// operator creates it, the provisioner turns it into a node. NodeClaim
// (node_claim.h) is its successor.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "kaito/api/core/container.h"
#include "kaito/api/core/scheduling.h"
#include "kaito/api/machine/machine_condition.h"
#include "kaito/api/meta/gvk.h"
#include "kaito/api/meta/object_meta.h"
#include "kaito/api/meta/quantity.h"
#include "kaito/api/schema/type.h"
#include "kaito/base/json/value.h"

namespace kaito::api {

// Settings of the node's kubelet.
struct KubeletConfiguration {
  std::vector<std::string> cluster_dns;
  std::string container_runtime;
  std::optional<int32_t> max_pods;
  std::optional<int32_t> pods_per_core;
  ResourceList system_reserved;
  ResourceList kube_reserved;
  std::map<std::string, std::string> eviction_hard;
  std::map<std::string, std::string> eviction_soft;
  std::map<std::string, std::string> eviction_soft_grace_period;
  std::optional<int32_t> eviction_max_pod_grace_period;
  std::optional<int32_t> image_gc_high_threshold_percent;
  std::optional<int32_t> image_gc_low_threshold_percent;
  std::optional<bool> cpu_cfs_quota;
  json::Object others;

  bool operator==(const KubeletConfiguration& other) const = default;
};

struct MachineTemplateRef {
  std::string api_version;
  std::string kind;
  std::string name;
  json::Object others;

  bool operator==(const MachineTemplateRef& other) const = default;
};

struct ClaimResources {
  ResourceList requests;
  json::Object others;

  bool operator==(const ClaimResources& other) const = default;
};

struct MachineSpec {
  std::vector<Taint> taints;
  std::vector<Taint> startup_taints;  // Gone once the node is initialized.
  std::vector<NodeSelectorRequirement> requirements;
  std::optional<ClaimResources> resources;
  std::optional<KubeletConfiguration> kubelet;
  std::optional<MachineTemplateRef> machine_template_ref;
  json::Object others;

  bool operator==(const MachineSpec& other) const = default;
};

struct MachineStatus {
  std::string node_name;
  std::string provider_id;
  ResourceList capacity;
  ResourceList allocatable;
  std::vector<MachineCondition> conditions;  // See machine_condition.h.
  json::Object others;

  bool operator==(const MachineStatus& other) const = default;
};

struct Machine {
  static constexpr KindInfo kKind = {.group = "karpenter.sh",
                                     .version = "v1alpha5",
                                     .kind = "Machine",
                                     .plural = "machines",
                                     .namespaced = false};

  std::string api_version = "karpenter.sh/v1alpha5";
  std::string kind = "Machine";
  ObjectMeta metadata;
  MachineSpec spec;
  std::optional<MachineStatus> status;
  json::Object others;
};

const StructType& Describe(const KubeletConfiguration*);
const StructType& Describe(const MachineTemplateRef*);
const StructType& Describe(const ClaimResources*);
const StructType& Describe(const MachineSpec*);
const StructType& Describe(const MachineStatus*);
const StructType& Describe(const Machine*);

}  // namespace kaito::api

#endif  // KAITO_API_MACHINE_MACHINE_H_
