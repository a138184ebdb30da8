#ifndef KAITO_PROVISIONER_LIFECYCLE_DECIDE_H_
#define KAITO_PROVISIONER_LIFECYCLE_DECIDE_H_

// What to do next for a claim: launch, register, initialize, give up, or wind
// down. Pure: the claim, its nodes and the time come in, one step comes out;
// controller/ carries it out and asks again.
//
//   const ClaimStep step = DecideClaim({.claim = claim, .nodes = nodes,
//                                       .now = clock.Now()});
//
//   (new) -> finalizer -> Launched -> Registered -> Initialized = Ready
//   deleted -> node gone -> instance gone -> finalizer off -> gone

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "kaito/api/core/node.h"
#include "kaito/provisioner/lifecycle/claim.h"

namespace kaito::provisioner {

// How long each phase may take before the claim is given up: who made it then
// makes another. A cloud's pool may take most of 20 minutes.
struct LifecycleTimeouts {
  absl::Duration launch = absl::Minutes(20);          // From creation.
  absl::Duration registration = absl::Minutes(15);    // From Launched.
  absl::Duration initialization = absl::Minutes(30);  // From Registered.
};

struct ClaimObservation {
  const Claim& claim;
  // With the claim's node name or provider id.
  std::vector<const api::Node*> nodes;
  bool shared_nodes = false;
  absl::Time now;
  LifecycleTimeouts timeouts;
};

struct ClaimStep {
  enum class Action : uint8_t {
    kIgnore,        // Not ours.
    kAddFinalizer,  // Before anything is made.
    kLaunch,        // Ask the provider.
    kRegister,      // Label the node, and mark the claim.
    kInitialize,    // As above.
    kWait,          // Show `report` and wait for events.
    kGiveUp,        // Delete the claim; `report` says why.
    kDeleteNodes,   // Of a claim that goes.
    kDeleteInstance,
  };

  Action action = Action::kWait;
  std::optional<PhaseReport> report;
  // When to ask again though nothing happens: the phase's end. Infinite: never.
  absl::Duration ask_again = absl::InfiniteDuration();
};

ClaimStep DecideClaim(const ClaimObservation& observation);

}  // namespace kaito::provisioner

#endif  // KAITO_PROVISIONER_LIFECYCLE_DECIDE_H_
