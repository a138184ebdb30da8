#ifndef KAITO_OPERATOR_PLAN_OBSTACLES_H_
#define KAITO_OPERATOR_PLAN_OBSTACLES_H_

// What must be right before a workload is started. Each function finds the
// first thing that is not; nullopt where all is well. Private to assessment.

#include <optional>
#include <string>

#include "kaito/api/workspace/workspace.h"
#include "kaito/operator/plan/assessment.h"
#include "kaito/operator/plan/snapshot.h"
#include "kaito/operator/plan/valid_workspace.h"
#include "kaito/operator/presets/preset.h"
#include "kaito/operator/render/settings.h"
#include "kaito/operator/render/workload.h"

namespace kaito::controller {

// Objects under the Workspace's names that are someone else's.
std::optional<Obstacle> FindForeignObject(const api::Workspace& workspace,
                                          const Snapshot& snapshot);

// The output image and its Secret: what a tuning needs before it starts.
std::optional<Obstacle> CheckOutput(const api::Workspace& workspace,
                                    const Snapshot& snapshot);
// The other Secrets that pods mount, and the ConfigMap that the Workspace
// names.
std::optional<Obstacle> CheckReferences(const api::Workspace& workspace,
                                        const Snapshot& snapshot);

// Chooses the weights into `workload`.
std::optional<Obstacle> CheckWeights(const ValidWorkspace& workspace,
                                     const Snapshot& snapshot,
                                     const Settings& settings,
                                     Workload& workload);

// Chooses how many GPUs a pod asks for, once there are nodes.
std::optional<Obstacle> CheckGpus(const ValidWorkspace& workspace,
                                  const NodeChoice& nodes, Workload& workload);

// Whether what the nodes really have is enough.
std::optional<Obstacle> CheckMemory(const ValidWorkspace& workspace,
                                    const Snapshot& snapshot,
                                    const NodeChoice& nodes,
                                    const Workload& workload);

}  // namespace kaito::controller

#endif  // KAITO_OPERATOR_PLAN_OBSTACLES_H_
