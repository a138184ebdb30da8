#ifndef KAITO_OPERATOR_STATUS_MAKE_STATUS_H_
#define KAITO_OPERATOR_STATUS_MAKE_STATUS_H_

// The status of a Workspace: conditions, state, progress, output. Pure; the
// times of conditions move only where their status does. Each message says what
// is, why, and what to do, in one or two sentences.
//
//   api::WorkspaceStatus status = MakeStatus(workspace, snapshot, assessment,
//                                            settings, now);
//   if (status != workspace.status) ...  // write it

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/api/workspace/workspace.h"
#include "kaito/operator/plan/assessment.h"
#include "kaito/operator/plan/snapshot.h"
#include "kaito/operator/plan/step.h"
#include "kaito/operator/plan/valid_workspace.h"
#include "kaito/operator/render/settings.h"

namespace kaito::controller {

// Before anything was looked at: each condition that applies is Unknown.
api::WorkspaceStatus AcceptedStatus(const api::Workspace& workspace,
                                    absl::Time now);

// The Workspace breaks rules, as `errors` says.
api::WorkspaceStatus InvalidStatus(const api::Workspace& workspace,
                                   absl::string_view errors, absl::Time now);

// It is being deleted; `waiting_for` says what is left.
api::WorkspaceStatus DeletingStatus(const api::Workspace& workspace,
                                    absl::string_view waiting_for,
                                    absl::Time now);

api::WorkspaceStatus MakeStatus(const ValidWorkspace& workspace,
                                const Snapshot& snapshot,
                                const Assessment& assessment,
                                const Settings& settings, absl::Time now);

// Tells that the server refused a step for good.
void AddRefusal(const api::Workspace& workspace, const Step& step,
                absl::string_view error, absl::Time now,
                api::WorkspaceStatus& status);

}  // namespace kaito::controller

#endif  // KAITO_OPERATOR_STATUS_MAKE_STATUS_H_
