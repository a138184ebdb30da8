#include "kaito/operator/status/tuning_status.h"

#include <optional>

#include "absl/time/time.h"
#include "kaito/api/job/progress.h"
#include "kaito/api/meta/time.h"
#include "kaito/api/workspace/workspace.h"
#include "kaito/operator/plan/assessment.h"
#include "kaito/operator/plan/snapshot.h"

namespace kaito::controller {

std::optional<api::TuningProgress> ProgressOf(const api::Workspace& workspace,
                                              const Snapshot& snapshot,
                                              const Assessment& a,
                                              absl::Time now) {
  const bool has_job = a.job == JobStage::kStarting ||
                       a.job == JobStage::kRunning ||
                       a.job == JobStage::kDone || a.job == JobStage::kFailed;
  if (!has_job) return std::nullopt;
  if (!snapshot.progress) return workspace.status.progress;
  const api::Progress& said = *snapshot.progress;
  api::TuningProgress progress = {
      .step = said.step,
      .total_steps = said.total_steps,
      .epoch = said.epoch,
      .loss = said.loss,
      .tokens_per_second = said.tokens_per_second.value_or(0),
      .eta_seconds = said.eta_seconds};
  if (workspace.status.progress) {
    progress.updated_at = workspace.status.progress->updated_at;
    if (progress == *workspace.status.progress) return progress;
  }
  progress.updated_at = api::Timestamp{now};
  return progress;
}

std::optional<api::TuningOutput> OutputOf(const api::Workspace& workspace,
                                          const Assessment& a) {
  if (a.job != JobStage::kDone || workspace.tuning->output->image.empty()) {
    return std::nullopt;
  }
  return api::TuningOutput{.image = workspace.tuning->output->image,
                           .digest = a.result->digest};
}

}  // namespace kaito::controller
