#include "kaito/operator/observe/observed.h"

#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/api/core/container.h"
#include "kaito/api/core/node.h"
#include "kaito/api/machine/claim_condition.h"
#include "kaito/api/machine/machine.h"
#include "kaito/api/machine/machine_condition.h"
#include "kaito/api/machine/names.h"
#include "kaito/api/machine/node_claim.h"
#include "kaito/api/meta/label_selector.h"
#include "kaito/api/meta/object_meta.h"
#include "kaito/api/schema/codec.h"
#include "kaito/api/workspace/workspace.h"
#include "kaito/base/json/value.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/operator/plan/snapshot.h"

namespace kaito::controller {
namespace {

// Set by NVIDIA's GPU feature discovery, in MiB for each GPU.
constexpr absl::string_view kGpuMemoryLabel = "nvidia.com/gpu.memory";
constexpr absl::string_view kGpuResource = "nvidia.com/gpu";

int64_t AmountOf(const api::ResourceList& list, absl::string_view resource) {
  const auto it = list.find(std::string(resource));
  return it == list.end() ? 0 : it->second.Value();
}

ObservedClaim ClaimOf(const api::ObjectMeta& metadata,
                      const std::string& node_name) {
  return {.name = metadata.name,
          .uid = metadata.uid,
          .deleting = metadata.deletion_timestamp.has_value(),
          .node_name = node_name};
}

}  // namespace

absl::StatusOr<ObservedClaim> ObserveMachine(const json::Value& machine) {
  namespace condition = api::machine_condition;
  KAITO_ASSIGN_OR_RETURN(const api::Machine decoded,
                         api::DecodeOrError<api::Machine>(machine, "Machine"));
  const api::MachineStatus status =
      decoded.status.value_or(api::MachineStatus());
  ObservedClaim claim = ClaimOf(decoded.metadata, status.node_name);
  claim.ready = api::IsConditionTrue(status.conditions, condition::kReady);
  if (claim.ready) return claim;
  for (const auto& [type, step] :
       {std::pair{condition::kLaunched, "launched"},
        std::pair{condition::kRegistered, "registered"},
        std::pair{condition::kInitialized, "initialized"}}) {
    if (api::IsConditionTrue(status.conditions, type)) continue;
    claim.next_step = step;
    if (const auto* c = api::FindCondition(status.conditions, type)) {
      claim.obstacle = c->message;
    }
    return claim;
  }
  return claim;
}

absl::StatusOr<ObservedClaim> ObserveNodeClaim(const json::Value& claim) {
  namespace condition = api::claim_condition;
  KAITO_ASSIGN_OR_RETURN(
      const api::NodeClaim decoded,
      api::DecodeOrError<api::NodeClaim>(claim, "NodeClaim"));
  const api::NodeClaimStatus status =
      decoded.status.value_or(api::NodeClaimStatus());
  ObservedClaim observed = ClaimOf(decoded.metadata, status.node_name);
  observed.ready = api::IsConditionTrue(status.conditions, condition::kReady);
  if (observed.ready) return observed;
  if (const auto* obstacle = api::FirstObstacle(status.conditions)) {
    observed.obstacle = obstacle->message;
  }
  for (const auto& [type, step] :
       {std::pair{condition::kLaunched, "launched"},
        std::pair{condition::kRegistered, "registered"},
        std::pair{condition::kInitialized, "initialized"}}) {
    if (api::IsConditionTrue(status.conditions, type)) continue;
    observed.next_step = step;
    break;
  }
  return observed;
}

absl::StatusOr<ObservedNode> ObserveNode(const json::Value& node,
                                         const api::Workspace& workspace) {
  KAITO_ASSIGN_OR_RETURN(const api::Node decoded,
                         api::DecodeOrError<api::Node>(node, "Node"));
  const api::ObjectMeta& metadata = decoded.metadata;
  ObservedNode observed = {
      .name = metadata.name,
      .ready = api::IsNodeReady(decoded),
      .deleting = metadata.deletion_timestamp.has_value(),
      .created_by_claim =
          !metadata.label(api::karpenter::kMachineTypeLabel).empty() ||
          !metadata.label(api::karpenter::kNodePoolLabel).empty(),
      .instance_type =
          std::string(metadata.label(api::karpenter::kInstanceTypeLabel))};
  if (workspace.resource.label_selector) {
    observed.matches_labels =
        workspace.resource.label_selector->Matches(metadata.labels);
  }
  if (decoded.status) {
    observed.gpus = AmountOf(decoded.status->capacity, kGpuResource);
    observed.memory_bytes = AmountOf(decoded.status->capacity, "memory");
  }
  int64_t mebibytes = 0;
  if (absl::SimpleAtoi(metadata.label(kGpuMemoryLabel), &mebibytes) &&
      mebibytes > 0 && mebibytes < (int64_t{1} << 40)) {
    observed.memory_bytes_per_gpu = mebibytes << 20;
  }
  return observed;
}

SecretFacts ObserveSecret(const json::Value& secret, absl::string_view key) {
  return {.exists = true,
          .has_key = secret.FindPath({"data", key}) != nullptr,
          .version =
              absl::StrCat(secret.StringAt({"metadata", "uid"}), "/",
                           secret.StringAt({"metadata", "resourceVersion"}))};
}

}  // namespace kaito::controller
