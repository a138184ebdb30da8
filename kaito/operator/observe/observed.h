#ifndef KAITO_OPERATOR_OBSERVE_OBSERVED_H_
#define KAITO_OPERATOR_OBSERVE_OBSERVED_H_

// From objects as the API server gives them to what planning knows of them.
// Pure; private to observe.

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/api/workspace/workspace.h"
#include "kaito/base/json/value.h"
#include "kaito/operator/plan/snapshot.h"

namespace kaito::controller {

absl::StatusOr<ObservedClaim> ObserveMachine(const json::Value& machine);
absl::StatusOr<ObservedClaim> ObserveNodeClaim(const json::Value& claim);
absl::StatusOr<ObservedNode> ObserveNode(const json::Value& node,
                                         const api::Workspace& workspace);
// Says of a Secret that it is there; takes no value out of it.
SecretFacts ObserveSecret(const json::Value& secret, absl::string_view key);

}  // namespace kaito::controller

#endif  // KAITO_OPERATOR_OBSERVE_OBSERVED_H_
