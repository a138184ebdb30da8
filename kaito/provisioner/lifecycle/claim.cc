#include "kaito/provisioner/lifecycle/claim.h"

#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/api/core/container.h"
#include "kaito/api/core/scheduling.h"
#include "kaito/api/machine/claim_condition.h"
#include "kaito/api/machine/machine.h"
#include "kaito/api/machine/machine_condition.h"
#include "kaito/api/machine/names.h"
#include "kaito/api/machine/node_claim.h"
#include "kaito/api/meta/gvk.h"
#include "kaito/api/meta/object_meta.h"
#include "kaito/api/schema/codec.h"
#include "kaito/api/workspace/names.h"
#include "kaito/base/json/value.h"
#include "kaito/base/status/status_macros.h"

namespace kaito::provisioner {
namespace {

absl::string_view MachineType(Phase phase) {
  switch (phase) {
    case Phase::kLaunched:
      return api::machine_condition::kLaunched;
    case Phase::kRegistered:
      return api::machine_condition::kRegistered;
    case Phase::kInitialized:
      return api::machine_condition::kInitialized;
  }
  return "";
}

absl::string_view ClaimType(Phase phase) {
  switch (phase) {
    case Phase::kLaunched:
      return api::claim_condition::kLaunched;
    case Phase::kRegistered:
      return api::claim_condition::kRegistered;
    case Phase::kInitialized:
      return api::claim_condition::kInitialized;
  }
  return "";
}

// Labels that the node's own agent sets, and those that are no labels of nodes.
bool IsNodesOwn(absl::string_view key) {
  namespace names = api::karpenter;
  return key == names::kHostnameLabel || key == names::kArchLabel ||
         key == names::kOsLabel || key == names::kZoneLabel ||
         key == names::kRegionLabel;
}

template <typename Requirement>
void AddSingleValues(const std::vector<Requirement>& requirements,
                     std::map<std::string, std::string>& labels) {
  for (const Requirement& requirement : requirements) {
    if (requirement.op != "In" || requirement.values.size() != 1) continue;
    if (IsNodesOwn(requirement.key)) continue;
    labels.emplace(requirement.key, requirement.values[0]);
  }
}

template <typename T>
bool SetIfOther(T& target, const T& value) {
  if (target == value) return false;
  target = value;
  return true;
}

}  // namespace

const api::KindInfo& KindOf(ClaimKind kind) {
  return kind == ClaimKind::kMachine ? api::Machine::kKind
                                     : api::NodeClaim::kKind;
}

absl::StatusOr<Claim> Claim::Read(ClaimKind kind, const json::Value& object) {
  if (kind == ClaimKind::kMachine) {
    KAITO_ASSIGN_OR_RETURN(api::Machine machine,
                           api::DecodeOrError<api::Machine>(object, "Machine"));
    if (!machine.status.has_value()) machine.status.emplace();
    return Claim(std::move(machine));
  }
  KAITO_ASSIGN_OR_RETURN(
      api::NodeClaim claim,
      api::DecodeOrError<api::NodeClaim>(object, "NodeClaim"));
  if (!claim.status.has_value()) claim.status.emplace();
  return Claim(std::move(claim));
}

ClaimKind Claim::kind() const {
  return std::holds_alternative<api::Machine>(object_) ? ClaimKind::kMachine
                                                       : ClaimKind::kNodeClaim;
}

const api::ObjectMeta& Claim::metadata() const {
  return std::visit(
      [](const auto& o) -> const api::ObjectMeta& { return o.metadata; },
      object_);
}

bool Claim::managed() const {
  if (const auto* claim = std::get_if<api::NodeClaim>(&object_)) {
    const api::NodeClassReference& node_class = claim->spec.node_class_ref;
    // Claims that were converted from v1beta1 have no group.
    if (node_class.kind == api::KaitoNodeClass::kKind.kind &&
        (node_class.group.empty() ||
         node_class.group == api::KaitoNodeClass::kKind.group)) {
      return true;
    }
  }
  const auto& labels = metadata().labels;
  return labels.contains(std::string(api::label::kWorkspace)) ||
         labels.contains(std::string(api::label::kRagEngine));
}

std::map<std::string, std::string> Claim::node_labels() const {
  std::map<std::string, std::string> labels = metadata().labels;
  std::visit(
      [&](const auto& o) { AddSingleValues(o.spec.requirements, labels); },
      object_);
  return labels;
}

std::string Claim::instance_type() const {
  const std::map<std::string, std::string> labels = node_labels();
  const auto found =
      labels.find(std::string(api::karpenter::kInstanceTypeLabel));
  return found == labels.end() ? "" : found->second;
}

const std::vector<api::Taint>& Claim::taints() const {
  return std::visit(
      [](const auto& o) -> const std::vector<api::Taint>& {
        return o.spec.taints;
      },
      object_);
}

const std::vector<api::Taint>& Claim::startup_taints() const {
  return std::visit(
      [](const auto& o) -> const std::vector<api::Taint>& {
        return o.spec.startup_taints;
      },
      object_);
}

api::ResourceList Claim::requests() const {
  return std::visit(
      [](const auto& o) {
        return o.spec.resources.has_value() ? o.spec.resources->requests
                                            : api::ResourceList();
      },
      object_);
}

const std::string& Claim::node_name() const {
  return std::visit(
      [](const auto& o) -> const std::string& { return o.status->node_name; },
      object_);
}

const std::string& Claim::provider_id() const {
  return std::visit(
      [](const auto& o) -> const std::string& { return o.status->provider_id; },
      object_);
}

bool Claim::IsTrue(Phase phase) const {
  if (const auto* machine = std::get_if<api::Machine>(&object_)) {
    return api::IsConditionTrue(machine->status->conditions,
                                MachineType(phase));
  }
  return api::IsConditionTrue(
      std::get<api::NodeClaim>(object_).status->conditions, ClaimType(phase));
}

absl::Time Claim::TrueSince(Phase phase) const {
  if (const auto* machine = std::get_if<api::Machine>(&object_)) {
    const api::MachineCondition* condition =
        api::FindCondition(machine->status->conditions, MachineType(phase));
    return condition != nullptr && condition->last_transition_time.has_value()
               ? condition->last_transition_time->value
               : created();
  }
  const api::ClaimCondition* condition = api::FindCondition(
      std::get<api::NodeClaim>(object_).status->conditions, ClaimType(phase));
  return condition != nullptr ? condition->last_transition_time.value
                              : created();
}

absl::Time Claim::created() const {
  return metadata().creation_timestamp.has_value()
             ? metadata().creation_timestamp->value
             : absl::InfinitePast();
}

void Claim::Initialize(absl::Time now) {
  if (auto* machine = std::get_if<api::Machine>(&object_)) {
    status_changed_ |=
        api::InitializeMachineConditions(machine->status->conditions, now);
    return;
  }
  auto& claim = std::get<api::NodeClaim>(object_);
  status_changed_ |= api::InitializeClaimConditions(
      api::OwnerOf(claim.metadata), claim.status->conditions, now);
}

void Claim::Mark(const PhaseReport& report, absl::Time now) {
  if (auto* machine = std::get_if<api::Machine>(&object_)) {
    auto& conditions = machine->status->conditions;
    const absl::string_view type = MachineType(report.phase);
    const api::ConditionCause cause = {.reason = report.reason,
                                       .message = report.message};
    switch (report.outcome) {
      case Outcome::kTrue:
        status_changed_ |= api::MarkMachineTrue(conditions, type, now);
        break;
      case Outcome::kWaiting:
        status_changed_ |=
            api::MarkMachineUnknown(conditions, type, cause, now);
        break;
      case Outcome::kFailed:
        status_changed_ |= api::MarkMachineFalse(conditions, type, cause, now);
        break;
    }
    return;
  }
  auto& claim = std::get<api::NodeClaim>(object_);
  const api::ConditionOwner owner = api::OwnerOf(claim.metadata);
  const absl::string_view type = ClaimType(report.phase);
  if (report.outcome == Outcome::kTrue) {
    status_changed_ |=
        api::SetClaimConditionTrue(owner, type, claim.status->conditions, now);
    return;
  }
  status_changed_ |=
      api::SetClaimCondition(owner,
                             {.type = std::string(type),
                              .status = report.outcome == Outcome::kFailed
                                            ? api::ConditionStatus::kFalse
                                            : api::ConditionStatus::kUnknown,
                              .reason = report.reason,
                              .message = report.message},
                             claim.status->conditions, now);
}

void Claim::SetInstance(absl::string_view provider_id,
                        absl::string_view node_name,
                        absl::string_view image_id) {
  std::visit(
      [&](auto& o) {
        status_changed_ |=
            SetIfOther(o.status->provider_id, std::string(provider_id));
        if (!node_name.empty()) {
          status_changed_ |=
              SetIfOther(o.status->node_name, std::string(node_name));
        }
      },
      object_);
  auto* claim = std::get_if<api::NodeClaim>(&object_);
  if (claim != nullptr && !image_id.empty()) {
    status_changed_ |=
        SetIfOther(claim->status->image_id, std::string(image_id));
  }
}

void Claim::SetResources(const api::ResourceList& capacity,
                         const api::ResourceList& allocatable) {
  std::visit(
      [&](auto& o) {
        status_changed_ |= SetIfOther(o.status->capacity, capacity);
        status_changed_ |= SetIfOther(o.status->allocatable, allocatable);
      },
      object_);
}

json::Value Claim::Status() const {
  return std::visit([](const auto& o) { return api::Encode(*o.status); },
                    object_);
}

}  // namespace kaito::provisioner
