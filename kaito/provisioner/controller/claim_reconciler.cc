#include "kaito/provisioner/controller/claim_reconciler.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/api/core/node.h"
#include "kaito/api/machine/names.h"
#include "kaito/api/meta/gvk.h"
#include "kaito/api/meta/object_meta.h"
#include "kaito/api/schema/codec.h"
#include "kaito/base/json/value.h"
#include "kaito/base/log/log.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/kube/apply/finalizers.h"
#include "kaito/kube/client/api_client.h"
#include "kaito/kube/events/event_correlator.h"
#include "kaito/kube/events/event_recorder.h"
#include "kaito/kube/queue/reconcile.h"
#include "kaito/provisioner/lifecycle/claim.h"
#include "kaito/provisioner/lifecycle/decide.h"
#include "kaito/provisioner/lifecycle/node_patch.h"
#include "kaito/provisioner/types/provider.h"

namespace kaito::provisioner {
namespace {

constexpr char kFieldManager[] = "kaito-provisioner";
// From new to ready there are four steps; more would be a loop.
constexpr int kMaxSteps = 8;
// A provider that deletes is asked again after this (Karpenter's number).
constexpr absl::Duration kDeletePoll = absl::Seconds(5);
// Of capacity that is not there.
constexpr absl::Duration kCapacityPoll = absl::Minutes(1);
// Old KAITOs look for this phrase to fail at once.
constexpr absl::string_view kNoCapacity =
    "all requested instance types were unavailable during launch";
// Of a provider's message: as much as Karpenter shows.
constexpr size_t kMaxMessageBytes = 800;

kube::WriteOptions Options(absl::string_view subresource = "") {
  return {.field_manager = kFieldManager,
          .subresource = std::string(subresource)};
}

std::string Shortened(absl::string_view message) {
  if (message.size() < kMaxMessageBytes) return std::string(message);
  return absl::StrCat(message.substr(0, kMaxMessageBytes), "...");
}

}  // namespace

absl::StatusOr<std::vector<Claim>> ListClaims(kube::ApiClient& client,
                                              ClaimKind kind,
                                              const StopToken& stop) {
  std::vector<Claim> claims;
  kube::ListOptions options{.limit = 500};
  do {
    absl::StatusOr<kube::ObjectList> page =
        client.List(KindOf(kind).gvr(), "", options, stop);
    if (absl::IsNotFound(page.status())) return claims;
    KAITO_RETURN_IF_ERROR(page.status());
    for (const json::Value& item : page->items) {
      KAITO_ASSIGN_OR_RETURN(Claim claim, Claim::Read(kind, item));
      if (claim.managed()) claims.push_back(std::move(claim));
    }
    options.continue_token = page->continue_token;
  } while (!options.continue_token.empty());
  return claims;
}

absl::StatusOr<kube::ReconcileResult> ClaimReconciler::Reconcile(
    const kube::ObjectKey& key, const StopToken& stop) {
  for (int steps = 0; steps < kMaxSteps; ++steps) {
    KAITO_ASSIGN_OR_RETURN(const StepResult result, TakeStep(key, stop));
    if (result.go_on) continue;
    kube::ReconcileResult reconciled;
    if (result.ask_again != absl::InfiniteDuration()) {
      reconciled.requeue_after = result.ask_again;
    }
    return reconciled;
  }
  return absl::InternalError(
      absl::StrCat(KindOf(kind_).kind, " ", key.name, ": comes to no end"));
}

absl::StatusOr<ClaimReconciler::StepResult> ClaimReconciler::TakeStep(
    const kube::ObjectKey& key, const StopToken& stop) {
  const absl::StatusOr<json::Value> object =
      context_.client.Get(KindOf(kind_).gvr(), key, stop);
  if (absl::IsNotFound(object.status())) return StepResult{};
  KAITO_RETURN_IF_ERROR(object.status());
  KAITO_ASSIGN_OR_RETURN(Claim claim, Claim::Read(kind_, *object));
  if (!claim.managed()) return StepResult{};
  KAITO_ASSIGN_OR_RETURN(const std::vector<api::Node> nodes,
                         NodesOf(claim, stop));
  ClaimObservation observation{
      .claim = claim,
      .shared_nodes = !nodes.empty() &&
                      context_.provider.KeepsNode(nodes.front().metadata.name),
      .now = context_.clock.Now(),
      .timeouts = context_.timeouts};
  for (const api::Node& node : nodes) observation.nodes.push_back(&node);
  const ClaimStep step = DecideClaim(observation);
  if (!claim.deleting()) claim.Initialize(observation.now);
  switch (step.action) {
    case ClaimStep::Action::kIgnore:
      return StepResult{};
    case ClaimStep::Action::kAddFinalizer:
      KAITO_RETURN_IF_ERROR(kube::AddFinalizer(
          context_.client, KindOf(kind_).gvr(), claim.metadata(),
          api::karpenter::kTerminationFinalizer, stop));
      return StepResult{.go_on = true};
    case ClaimStep::Action::kLaunch:
      return Launch(claim, step.ask_again, stop);
    case ClaimStep::Action::kRegister:
      return Register(claim, nodes.front(), stop);
    case ClaimStep::Action::kInitialize:
      return Initialize(claim, nodes.front(), stop);
    case ClaimStep::Action::kWait:
      if (step.report.has_value()) claim.Mark(*step.report, observation.now);
      KAITO_RETURN_IF_ERROR(WriteStatus(claim, stop));
      return StepResult{.ask_again = step.ask_again};
    case ClaimStep::Action::kGiveUp:
      return GiveUp(claim, step, stop);
    case ClaimStep::Action::kDeleteNodes:
      return DeleteNodes(nodes, stop);
    case ClaimStep::Action::kDeleteInstance:
      return DeleteInstance(claim, nodes, stop);
  }
  return StepResult{};
}

absl::StatusOr<ClaimReconciler::StepResult> ClaimReconciler::Launch(
    Claim& claim, absl::Duration deadline, const StopToken& stop) {
  InstanceRequest request{.claim = claim.metadata().name,
                          .claim_uid = claim.metadata().uid,
                          .instance_type = claim.instance_type(),
                          .labels = claim.node_labels(),
                          .taints = claim.taints(),
                          .requests = claim.requests()};
  const absl::StatusOr<Instance> instance =
      context_.provider.Create(request, stop);
  if (!instance.ok()) {
    return NotLaunched(claim, instance.status(), deadline, stop);
  }
  KAITO_RETURN_IF_ERROR(LabelClaim(claim, stop));
  claim.SetInstance(instance->provider_id, instance->node_name,
                    instance->image_id);
  claim.Mark({.phase = Phase::kLaunched, .outcome = Outcome::kTrue},
             context_.clock.Now());
  KAITO_RETURN_IF_ERROR(WriteStatus(claim, stop));
  KAITO_LOG(INFO, "launched",
            {{"claim", request.claim},
             {"provider", context_.provider.name()},
             {"id", instance->provider_id}});
  if (!instance->note.empty()) Tell(claim, false, "Launched", instance->note);
  return StepResult{.go_on = true};
}

absl::StatusOr<ClaimReconciler::StepResult> ClaimReconciler::NotLaunched(
    Claim& claim, const absl::Status& why, absl::Duration deadline,
    const StopToken& stop) {
  if (stop.stopped()) return why;
  PhaseReport report{.phase = Phase::kLaunched,
                     .outcome = Outcome::kWaiting,
                     .reason = "LaunchFailed",
                     .message = Shortened(why.message())};
  StepResult result{.ask_again = deadline};
  absl::Status outcome = why;
  if (absl::IsResourceExhausted(why)) {
    report.outcome = Outcome::kFailed;
    report.reason = "InsufficientCapacity";
    report.message = absl::StrCat(kNoCapacity, ": ", report.message);
    result.ask_again = std::min(deadline, kCapacityPoll);
    outcome = absl::OkStatus();
    Tell(claim, true, "InsufficientCapacityError", report.message);
  } else if (absl::IsInvalidArgument(why)) {
    // The spec does not change: only another claim can help.
    report.outcome = Outcome::kFailed;
    outcome = absl::OkStatus();
    Tell(claim, true, report.reason, report.message);
  } else if (absl::IsFailedPrecondition(why)) {
    report.reason = "ProviderNotReady";
    result.ask_again = std::min(deadline, kCapacityPoll);
    outcome = absl::OkStatus();
  }
  claim.Mark(report, context_.clock.Now());
  KAITO_RETURN_IF_ERROR(WriteStatus(claim, stop));
  if (!outcome.ok()) return outcome;  // Backs off.
  return result;
}

absl::StatusOr<ClaimReconciler::StepResult> ClaimReconciler::Register(
    Claim& claim, const api::Node& node, const StopToken& stop) {
  KAITO_RETURN_IF_ERROR(
      PatchNode(node,
                RegisterNode(claim, node,
                             context_.provider.KeepsNode(node.metadata.name)),
                stop));
  claim.SetInstance(claim.provider_id(), node.metadata.name, "");
  if (node.status.has_value()) {
    claim.SetResources(node.status->capacity, node.status->allocatable);
  }
  claim.Mark({.phase = Phase::kRegistered, .outcome = Outcome::kTrue},
             context_.clock.Now());
  KAITO_RETURN_IF_ERROR(WriteStatus(claim, stop));
  return StepResult{.go_on = true};
}

absl::StatusOr<ClaimReconciler::StepResult> ClaimReconciler::Initialize(
    Claim& claim, const api::Node& node, const StopToken& stop) {
  KAITO_RETURN_IF_ERROR(PatchNode(node, InitializeNode(node), stop));
  claim.Mark({.phase = Phase::kInitialized, .outcome = Outcome::kTrue},
             context_.clock.Now());
  KAITO_RETURN_IF_ERROR(WriteStatus(claim, stop));
  KAITO_LOG(INFO, "node is ready",
            {{"claim", claim.metadata().name}, {"node", node.metadata.name}});
  return StepResult{};
}

absl::StatusOr<ClaimReconciler::StepResult> ClaimReconciler::GiveUp(
    const Claim& claim, const ClaimStep& step, const StopToken& stop) {
  Tell(claim, true, "GivenUp",
       absl::StrCat("The node did not come up in time",
                    step.report.has_value() ? ": " : "",
                    step.report.has_value() ? step.report->message : "",
                    "; the claim is deleted"));
  const absl::Status deleted =
      context_.client.Delete(KindOf(kind_).gvr(), {"", claim.metadata().name},
                             {.uid = claim.metadata().uid}, stop);
  if (!deleted.ok() && !absl::IsNotFound(deleted)) return deleted;
  return StepResult{.go_on = true};
}

absl::StatusOr<ClaimReconciler::StepResult> ClaimReconciler::DeleteNodes(
    const std::vector<api::Node>& nodes, const StopToken& stop) {
  bool left = false;
  for (const api::Node& node : nodes) {
    if (node.metadata.deletion_timestamp.has_value()) {
      left = true;
      continue;
    }
    const absl::Status deleted =
        context_.client.Delete(api::Node::kKind.gvr(), {"", node.metadata.name},
                               {.uid = node.metadata.uid}, stop);
    if (!deleted.ok() && !absl::IsNotFound(deleted)) return deleted;
  }
  if (left) return StepResult{.ask_again = kDeletePoll};
  return StepResult{.go_on = true};
}

absl::StatusOr<ClaimReconciler::StepResult> ClaimReconciler::DeleteInstance(
    const Claim& claim, const std::vector<api::Node>& nodes,
    const StopToken& stop) {
  const absl::Status deleted =
      context_.provider.Delete(claim.metadata().name, stop);
  if (deleted.ok()) return StepResult{.ask_again = kDeletePoll};
  if (!absl::IsNotFound(deleted)) return deleted;
  if (!nodes.empty() &&
      context_.provider.KeepsNode(nodes.front().metadata.name)) {
    std::vector<Claim> others;
    for (const ClaimKind kind : {ClaimKind::kMachine, ClaimKind::kNodeClaim}) {
      KAITO_ASSIGN_OR_RETURN(std::vector<Claim> claims,
                             ListClaims(context_.client, kind, stop));
      for (Claim& other : claims) {
        if (!other.deleting()) others.push_back(std::move(other));
      }
    }
    for (const api::Node& node : nodes) {
      KAITO_RETURN_IF_ERROR(
          PatchNode(node, ReleaseNode(claim, node, others), stop));
    }
  }
  KAITO_RETURN_IF_ERROR(kube::RemoveFinalizer(
      context_.client, KindOf(kind_).gvr(), claim.metadata(),
      api::karpenter::kTerminationFinalizer, stop));
  KAITO_LOG(INFO, "claim is gone", {{"claim", claim.metadata().name}});
  return StepResult{};
}

absl::StatusOr<std::vector<api::Node>> ClaimReconciler::NodesOf(
    const Claim& claim, const StopToken& stop) {
  std::vector<api::Node> nodes;
  const auto add = [&](const json::Value& object) -> absl::Status {
    KAITO_ASSIGN_OR_RETURN(api::Node node,
                           api::DecodeOrError<api::Node>(object, "Node"));
    nodes.push_back(std::move(node));
    return absl::OkStatus();
  };
  if (!claim.node_name().empty()) {
    const absl::StatusOr<json::Value> node = context_.client.Get(
        api::Node::kKind.gvr(), {"", claim.node_name()}, stop);
    if (absl::IsNotFound(node.status())) return nodes;
    KAITO_RETURN_IF_ERROR(node.status());
    KAITO_RETURN_IF_ERROR(add(*node));
    return nodes;
  }
  if (claim.provider_id().empty()) return nodes;
  // Until it is registered: only the Node tells which one it is.
  kube::ListOptions options{.limit = 500};
  do {
    KAITO_ASSIGN_OR_RETURN(
        const kube::ObjectList page,
        context_.client.List(api::Node::kKind.gvr(), "", options, stop));
    for (const json::Value& node : page.items) {
      if (node.StringAt({"spec", "providerID"}) == claim.provider_id()) {
        KAITO_RETURN_IF_ERROR(add(node));
      }
    }
    options.continue_token = page.continue_token;
  } while (!options.continue_token.empty());
  return nodes;
}

absl::Status ClaimReconciler::PatchNode(const api::Node& node,
                                        const json::Value& patch,
                                        const StopToken& stop) {
  if (patch.is_null()) return absl::OkStatus();
  return context_.client
      .Patch(api::Node::kKind.gvr(), {"", node.metadata.name},
             kube::PatchType::kMerge, patch, Options(), stop)
      .status();
}

absl::Status ClaimReconciler::LabelClaim(const Claim& claim,
                                         const StopToken& stop) {
  json::Value patch;
  for (const auto& [key, value] : claim.node_labels()) {
    if (claim.metadata().label(key) == value) continue;
    patch["metadata"]["labels"][key] = value;
  }
  if (patch.is_null()) return absl::OkStatus();
  return context_.client
      .Patch(KindOf(kind_).gvr(), {"", claim.metadata().name},
             kube::PatchType::kMerge, patch, Options(), stop)
      .status();
}

absl::Status ClaimReconciler::WriteStatus(const Claim& claim,
                                          const StopToken& stop) {
  if (!claim.status_changed()) return absl::OkStatus();
  json::Value patch;
  patch["status"] = claim.Status();
  return context_.client
      .Patch(KindOf(kind_).gvr(), {"", claim.metadata().name},
             kube::PatchType::kMerge, patch, Options("status"), stop)
      .status();
}

void ClaimReconciler::Tell(const Claim& claim, bool warning,
                           absl::string_view reason,
                           absl::string_view message) {
  const api::KindInfo& kind = KindOf(kind_);
  context_.events.Record(
      {.target = {.api_version = kind.api_version(),
                  .kind = std::string(kind.kind),
                  .name = claim.metadata().name,
                  .uid = claim.metadata().uid,
                  .resource_version = claim.metadata().resource_version},
       .warning = warning,
       .reason = std::string(reason),
       .message = std::string(message)});
}

}  // namespace kaito::provisioner
