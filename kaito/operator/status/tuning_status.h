#ifndef KAITO_OPERATOR_STATUS_TUNING_STATUS_H_
#define KAITO_OPERATOR_STATUS_TUNING_STATUS_H_

// What a Workspace's status says of its tuning job besides the conditions: how
// far it is, and what came of it. Private to make_status.

#include <optional>

#include "absl/time/time.h"
#include "kaito/api/workspace/workspace.h"
#include "kaito/operator/plan/assessment.h"
#include "kaito/operator/plan/snapshot.h"

namespace kaito::controller {

// The time moves only where something else has: an unchanged status is not
// written.
std::optional<api::TuningProgress> ProgressOf(const api::Workspace& workspace,
                                              const Snapshot& snapshot,
                                              const Assessment& a,
                                              absl::Time now);

// nullopt before the job is done, and for output that is no image.
std::optional<api::TuningOutput> OutputOf(const api::Workspace& workspace,
                                          const Assessment& a);

}  // namespace kaito::controller

#endif  // KAITO_OPERATOR_STATUS_TUNING_STATUS_H_
