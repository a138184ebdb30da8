#ifndef KAITO_PROVISIONER_CONTROLLER_CLAIM_RECONCILER_H_
#define KAITO_PROVISIONER_CONTROLLER_CLAIM_RECONCILER_H_

// ClaimReconciler: carries out, for one Machine or NodeClaim, what the
// lifecycle decides: asks the provider, labels the node, writes the status.
// Reads the claim live, so that it never acts on an old one; safe to run twice
// and to end anywhere.
//
//   ClaimReconciler machines(ClaimKind::kMachine, {.client = client, ...});
//   kube::Controller controller(clock, {.name = "machine"},
//                               [&](const auto& key, const auto& stop) {
//                                 return machines.Reconcile(key, stop);
//                               });

#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/api/core/node.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/json/value.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/kube/client/api_client.h"
#include "kaito/kube/events/event_recorder.h"
#include "kaito/kube/queue/reconcile.h"
#include "kaito/provisioner/lifecycle/claim.h"
#include "kaito/provisioner/lifecycle/decide.h"
#include "kaito/provisioner/types/provider.h"

namespace kaito::provisioner {

// All outlive the reconciler.
struct ClaimContext {
  kube::ApiClient& client;
  Clock& clock;
  Provider& provider;
  kube::EventRecorder& events;
  LifecycleTimeouts timeouts;
};

class ClaimReconciler {
 public:
  ClaimReconciler(ClaimKind kind, const ClaimContext& context)
      : kind_(kind), context_(context) {}

  absl::StatusOr<kube::ReconcileResult> Reconcile(const kube::ObjectKey& key,
                                                  const StopToken& stop);

 private:
  // What came of a step.
  struct StepResult {
    bool go_on = false;  // There may be another one to take at once.
    absl::Duration ask_again = absl::InfiniteDuration();
  };

  absl::StatusOr<StepResult> TakeStep(const kube::ObjectKey& key,
                                      const StopToken& stop);
  absl::StatusOr<StepResult> Launch(Claim& claim, absl::Duration deadline,
                                    const StopToken& stop);
  // The provider has refused: what the status says, and what becomes of it.
  absl::StatusOr<StepResult> NotLaunched(Claim& claim, const absl::Status& why,
                                         absl::Duration deadline,
                                         const StopToken& stop);
  absl::StatusOr<StepResult> Register(Claim& claim, const api::Node& node,
                                      const StopToken& stop);
  absl::StatusOr<StepResult> Initialize(Claim& claim, const api::Node& node,
                                        const StopToken& stop);
  absl::StatusOr<StepResult> GiveUp(const Claim& claim, const ClaimStep& step,
                                    const StopToken& stop);
  absl::StatusOr<StepResult> DeleteNodes(const std::vector<api::Node>& nodes,
                                         const StopToken& stop);
  absl::StatusOr<StepResult> DeleteInstance(const Claim& claim,
                                            const std::vector<api::Node>& nodes,
                                            const StopToken& stop);

  absl::StatusOr<std::vector<api::Node>> NodesOf(const Claim& claim,
                                                 const StopToken& stop);
  absl::Status PatchNode(const api::Node& node, const json::Value& patch,
                         const StopToken& stop);
  // Labels of requirements, for those who look at claims in a table.
  absl::Status LabelClaim(const Claim& claim, const StopToken& stop);
  absl::Status WriteStatus(const Claim& claim, const StopToken& stop);
  void Tell(const Claim& claim, bool warning, absl::string_view reason,
            absl::string_view message);

  const ClaimKind kind_;
  const ClaimContext context_;
};

// All managed claims of that kind; none where the server does not know it.
absl::StatusOr<std::vector<Claim>> ListClaims(kube::ApiClient& client,
                                              ClaimKind kind,
                                              const StopToken& stop);

}  // namespace kaito::provisioner

#endif  // KAITO_PROVISIONER_CONTROLLER_CLAIM_RECONCILER_H_
