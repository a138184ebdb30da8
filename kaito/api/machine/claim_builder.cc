#include "kaito/api/machine/claim_builder.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/api/core/scheduling.h"
#include "kaito/api/machine/machine.h"
#include "kaito/api/machine/names.h"
#include "kaito/api/machine/node_claim.h"
#include "kaito/api/meta/quantity.h"
#include "kaito/api/workspace/names.h"
#include "kaito/base/digest/sha256.h"

namespace kaito::api {
namespace {

std::map<std::string, std::string> WorkspaceLabels(const NodeRequest& request) {
  return {{std::string(label::kWorkspace), request.workspace},
          {std::string(label::kWorkspaceNamespace), request.ns}};
}

std::vector<Taint> GpuTaint() {
  return {{.key = std::string(karpenter::kSkuTaint),
           .value = std::string(karpenter::kSkuTaintGpu),
           .effect = "NoSchedule"}};
}

ClaimResources Disk(const NodeRequest& request) {
  const Quantity storage = request.storage.has_value()
                               ? *request.storage
                               : *Quantity::Parse(kDefaultStorage);
  return {.requests = {{std::string(karpenter::kStorageResource), storage}}};
}

NodeSelectorRequirement In(absl::string_view key, absl::string_view value) {
  return {.key = std::string(key), .op = "In", .values = {std::string(value)}};
}

ClaimRequirement ClaimIn(absl::string_view key, absl::string_view value) {
  return {.key = std::string(key), .op = "In", .values = {std::string(value)}};
}

NodeClassReference NodeClass(const NodeRequest& request) {
  if (request.cloud == NodeRequest::Cloud::kAws) {
    return {.group = "karpenter.k8s.aws",
            .kind = "EC2NodeClass",
            .name = request.node_class};
  }
  return {.group = std::string(KaitoNodeClass::kKind.group),
          .kind = std::string(KaitoNodeClass::kKind.kind),
          .name = request.node_class};
}

}  // namespace

std::string ClaimName(absl::string_view uid, int64_t ordinal, int64_t attempt) {
  constexpr size_t kDigits = 9;
  return absl::StrCat("ws",
                      Sha256Hex(absl::StrCat(uid, "/", ordinal, "/", attempt))
                          .substr(0, kDigits));
}

Machine BuildMachine(const NodeRequest& request) {
  Machine machine;
  const std::string name =
      ClaimName(request.uid, request.ordinal, request.attempt);
  machine.metadata.name = name;
  machine.metadata.labels = WorkspaceLabels(request);
  machine.metadata.labels[std::string(karpenter::kProvisionerNameLabel)] =
      std::string(karpenter::kDefaultProvisioner);
  // What is set above stays.
  machine.metadata.labels.insert(request.match_labels.begin(),
                                 request.match_labels.end());
  machine.spec.machine_template_ref = MachineTemplateRef{.name = name};
  machine.spec.requirements = {
      In(karpenter::kInstanceTypeLabel, request.instance_type),
      In(karpenter::kProvisionerNameLabel, karpenter::kDefaultProvisioner),
      In(karpenter::kMachineTypeLabel, karpenter::kMachineTypeGpu),
      In(karpenter::kArchLabel, "amd64"),
      In(karpenter::kOsLabel, "linux"),
  };
  machine.spec.taints = GpuTaint();
  machine.spec.resources = Disk(request);
  return machine;
}

NodeClaim BuildNodeClaim(const NodeRequest& request) {
  NodeClaim claim;
  claim.metadata.name =
      ClaimName(request.uid, request.ordinal, request.attempt);
  claim.metadata.labels = WorkspaceLabels(request);
  claim.metadata.labels[std::string(karpenter::kNodePoolLabel)] =
      std::string(karpenter::kKaitoNodePool);
  for (const auto& [key, value] : request.match_labels) {
    if (!IsReservedOnClaims(key)) claim.metadata.labels[key] = value;
  }
  claim.metadata.annotations = {
      {std::string(karpenter::kDoNotDisruptAnnotation), "true"},
      {std::string(annotation::kNodeImageFamily), request.image_family}};
  claim.spec.node_class_ref = NodeClass(request);
  claim.spec.requirements = {
      ClaimIn(karpenter::kNodePoolLabel, karpenter::kKaitoNodePool),
      ClaimIn(karpenter::kInstanceTypeLabel, request.instance_type),
      ClaimIn(karpenter::kOsLabel, "linux"),
  };
  if (request.cloud == NodeRequest::Cloud::kAzure) {
    claim.spec.requirements.push_back(
        ClaimIn(karpenter::kAzureSkuNameLabel, request.instance_type));
  } else if (request.cloud == NodeRequest::Cloud::kAws) {
    claim.spec.requirements.push_back(
        {.key = std::string(karpenter::kAwsGpuCountLabel),
         .op = "Gt",
         .values = {"0"}});
  }
  claim.spec.taints = GpuTaint();
  claim.spec.resources = Disk(request);
  return claim;
}

bool IsReservedOnClaims(absl::string_view key) {
  const size_t slash = key.find('/');
  if (slash == key.npos) return false;
  const absl::string_view domain = key.substr(0, slash);
  for (const absl::string_view reserved : {"karpenter.sh", "kaito.sh"}) {
    if (domain == reserved ||
        absl::EndsWith(domain, absl::StrCat(".", reserved))) {
      return true;
    }
  }
  return false;
}

}  // namespace kaito::api
