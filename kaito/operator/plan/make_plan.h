#ifndef KAITO_OPERATOR_PLAN_MAKE_PLAN_H_
#define KAITO_OPERATOR_PLAN_MAKE_PLAN_H_

// From what is asked for and what is observed to the next steps. Pure: the same
// values give the same plan; a plan without writes means that all is done, or
// that something has to happen first.
//
//   const Plan plan = MakePlan(workspace, snapshot, settings,
//                              Assess(workspace, snapshot, settings));

#include "absl/time/time.h"
#include "kaito/api/workspace/workspace.h"
#include "kaito/operator/plan/assessment.h"
#include "kaito/operator/plan/snapshot.h"
#include "kaito/operator/plan/step.h"
#include "kaito/operator/plan/valid_workspace.h"
#include "kaito/operator/render/settings.h"

namespace kaito::controller {

// Secrets, ConfigMaps and folders are not watched: they are looked at again
// that often. The walk-through promises an answer within 30 s.
inline constexpr absl::Duration kLookAgain = absl::Seconds(15);

// The Workspace is not being deleted and has our finalizer.
Plan MakePlan(const ValidWorkspace& workspace, const Snapshot& snapshot,
              const Settings& settings, const Assessment& assessment);

// Before all else, so that nothing is left behind: adds our finalizer.
Plan MakeAcceptancePlan(const api::Workspace& workspace);

// Of a Workspace that is being deleted, valid or not: stops the workload, waits
// until the claims for nodes are gone, and lets go.
Plan MakeDeletionPlan(const api::Workspace& workspace, const Snapshot& snapshot,
                      const Settings& settings);

}  // namespace kaito::controller

#endif  // KAITO_OPERATOR_PLAN_MAKE_PLAN_H_
