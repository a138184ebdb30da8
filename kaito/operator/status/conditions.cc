#include "kaito/operator/status/conditions.h"

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/api/meta/condition.h"
#include "kaito/api/workspace/names.h"
#include "kaito/api/workspace/workspace.h"

namespace kaito::controller {
namespace {

// As other controllers of Kubernetes say it.
constexpr absl::string_view kNotLookedAt = "AwaitingReconciliation";

}  // namespace

std::vector<absl::string_view> ConditionsThatApply(
    const api::Workspace& workspace) {
  if (workspace.tuning) {
    return {api::condition::kResourceReady, api::condition::kJobStarted,
            api::condition::kInferenceReady,
            api::condition::kWorkspaceSucceeded,
            api::condition::kWorkspaceReady};
  }
  return {api::condition::kResourceReady, api::condition::kInferenceReady,
          api::condition::kWorkspaceSucceeded, api::condition::kWorkspaceReady};
}

Conditions::Conditions(const api::Workspace& workspace, absl::Time now)
    : generation_(workspace.metadata.generation),
      now_(now),
      conditions_(workspace.status.conditions) {
  for (const absl::string_view type : ConditionsThatApply(workspace)) {
    if (api::FindCondition(conditions_, type) == nullptr) {
      Unknown(type, kNotLookedAt, "Not looked at yet.");
    }
  }
}

void Conditions::True(absl::string_view type, absl::string_view reason,
                      absl::string_view message) {
  Set(type, api::ConditionStatus::kTrue, reason, message);
}

void Conditions::False(absl::string_view type, absl::string_view reason,
                       absl::string_view message) {
  Set(type, api::ConditionStatus::kFalse, reason, message);
}

void Conditions::Unknown(absl::string_view type, absl::string_view reason,
                         absl::string_view message) {
  Set(type, api::ConditionStatus::kUnknown, reason, message);
}

void Conditions::Set(absl::string_view type, api::ConditionStatus status,
                     absl::string_view reason, absl::string_view message) {
  api::SetCondition(conditions_,
                    {.type = std::string(type),
                     .status = status,
                     .reason = std::string(reason),
                     .message = std::string(message),
                     .observed_generation = generation_},
                    now_);
}

}  // namespace kaito::controller
