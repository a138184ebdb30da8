#include "kaito/provisioner/lifecycle/decide.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/api/core/node.h"
#include "kaito/api/core/scheduling.h"
#include "kaito/api/machine/names.h"
#include "kaito/api/meta/quantity.h"
#include "kaito/provisioner/lifecycle/claim.h"

namespace kaito::provisioner {
namespace {

using Action = ClaimStep::Action;

// Taints that go by themselves while a node starts.
struct EphemeralTaint {
  absl::string_view key;
  absl::string_view effect;  // Empty: any.
};
constexpr EphemeralTaint kEphemeral[] = {
    {"node.kubernetes.io/not-ready", ""},
    {"node.kubernetes.io/unreachable", "NoSchedule"},
    {"node.cloudprovider.kubernetes.io/uninitialized", "NoSchedule"},
    {api::karpenter::kUnregisteredTaint, "NoExecute"},
};

std::string Show(const api::Taint& taint) {
  return absl::StrCat(taint.key, taint.value.empty() ? "" : "=", taint.value,
                      ":", taint.effect);
}

PhaseReport Waiting(Phase phase, absl::string_view reason,
                    std::string message) {
  return {.phase = phase,
          .outcome = Outcome::kWaiting,
          .reason = std::string(reason),
          .message = std::move(message)};
}

bool Offers(const api::Node& node, const std::string& resource) {
  if (!node.status.has_value()) return false;
  const auto found = node.status->allocatable.find(resource);
  return found != node.status->allocatable.end() &&
         found->second != api::Quantity(0);
}

// Why a registered node is not ready for pods yet; nothing: it is.
std::optional<PhaseReport> Obstacle(const Claim& claim, const api::Node& node) {
  const Phase phase = Phase::kInitialized;
  if (!api::IsNodeReady(node)) {
    return Waiting(phase, "NodeNotReady",
                   absl::StrCat("Node ", node.metadata.name, " is not ready"));
  }
  for (const api::Taint& taint : node.spec.taints) {
    for (const api::Taint& startup : claim.startup_taints()) {
      if (taint.key == startup.key && taint.effect == startup.effect) {
        return Waiting(
            phase, "StartupTaintsExist",
            absl::StrCat("StartupTaint \"", Show(taint), "\" still exists"));
      }
    }
    for (const EphemeralTaint& ephemeral : kEphemeral) {
      if (taint.key == ephemeral.key &&
          (ephemeral.effect.empty() || taint.effect == ephemeral.effect)) {
        return Waiting(phase, "KnownEphemeralTaintsExist",
                       absl::StrCat("KnownEphemeralTaint \"", Show(taint),
                                    "\" still exists"));
      }
    }
  }
  for (const auto& [resource, quantity] : claim.requests()) {
    // No node has "storage": it asks for the size of the disk.
    if (resource == api::karpenter::kStorageResource) continue;
    if (quantity == api::Quantity(0)) continue;
    if (!Offers(node, resource)) {
      return Waiting(phase, "ResourceNotRegistered",
                     absl::StrCat("Resource \"", resource,
                                  "\" was requested but not registered"));
    }
  }
  return std::nullopt;
}

// Waits with `report` until `deadline`, then gives up.
ClaimStep WaitUntil(absl::Time deadline, absl::Time now, PhaseReport report) {
  ClaimStep step{.action = Action::kWait, .report = std::move(report)};
  if (now >= deadline) {
    step.action = Action::kGiveUp;
  } else {
    step.ask_again = deadline - now;
  }
  return step;
}

ClaimStep Finalize(const ClaimObservation& observation) {
  const Claim& claim = observation.claim;
  if (!claim.metadata().HasFinalizer(api::karpenter::kTerminationFinalizer)) {
    return {.action = Action::kWait};
  }
  if (!observation.shared_nodes && !observation.nodes.empty()) {
    return {.action = Action::kDeleteNodes};
  }
  return {.action = Action::kDeleteInstance};
}

}  // namespace

ClaimStep DecideClaim(const ClaimObservation& observation) {
  const Claim& claim = observation.claim;
  const LifecycleTimeouts& timeouts = observation.timeouts;
  const absl::Time now = observation.now;
  if (!claim.managed()) return {.action = Action::kIgnore};
  if (claim.deleting()) return Finalize(observation);
  if (!claim.metadata().HasFinalizer(api::karpenter::kTerminationFinalizer)) {
    return {.action = Action::kAddFinalizer};
  }
  if (!claim.IsTrue(Phase::kLaunched)) {
    const absl::Time deadline = claim.created() + timeouts.launch;
    if (now >= deadline) return {.action = Action::kGiveUp};
    return {.action = Action::kLaunch, .ask_again = deadline - now};
  }
  if (!claim.IsTrue(Phase::kRegistered)) {
    if (observation.nodes.size() == 1) return {.action = Action::kRegister};
    PhaseReport report = Waiting(Phase::kRegistered, "NodeNotFound",
                                 "Node not registered with cluster");
    if (observation.nodes.size() > 1) {
      report.outcome = Outcome::kFailed;
      report.reason = "MultipleNodesFound";
      report.message = "Invariant violated, matched multiple nodes";
    }
    return WaitUntil(claim.TrueSince(Phase::kLaunched) + timeouts.registration,
                     now, std::move(report));
  }
  if (claim.IsTrue(Phase::kInitialized)) return {.action = Action::kWait};
  std::optional<PhaseReport> obstacle =
      observation.nodes.size() == 1
          ? Obstacle(claim, *observation.nodes[0])
          : Waiting(Phase::kInitialized, "NodeNotFound",
                    "Node not registered with cluster");
  if (!obstacle.has_value()) return {.action = Action::kInitialize};
  return WaitUntil(
      claim.TrueSince(Phase::kRegistered) + timeouts.initialization, now,
      *std::move(obstacle));
}

}  // namespace kaito::provisioner
