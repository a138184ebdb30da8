#include "kaito/runtime/train/training_loop.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "kaito/base/random/random.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/runtime/adapter/lora_adapter.h"
#include "kaito/runtime/backend/decoder_backend.h"
#include "kaito/runtime/batch/packed_batch.h"
#include "kaito/runtime/train/optimizer.h"
#include "kaito/runtime/train/schedule.h"
#include "kaito/runtime/train/training_state.h"

namespace kaito::runtime {
namespace {

void Clear(LoraGradients& gradients) {
  for (LoraModuleGradient& module : gradients.modules) {
    std::fill(module.a.begin(), module.a.end(), 0.0f);
    std::fill(module.b.begin(), module.b.end(), 0.0f);
  }
}

uint64_t DropoutSeed(uint64_t seed, int64_t step, size_t pass) {
  return Random(seed)
      .Split(static_cast<uint64_t>(step))
      .Split(static_cast<uint64_t>(pass))
      .Next64();
}

double Share(double part, int64_t whole) {
  return whole == 0 ? 0 : part / static_cast<double>(whole);
}

absl::Status Diverged(const StepReport& report, int64_t in_row) {
  return absl::InvalidArgumentError(absl::StrCat(
      "training: loss or gradients were not numbers in ", in_row,
      " steps in a row, up to step ", report.step, " (loss ", report.loss,
      ", learning rate ", report.learning_rate,
      "): lower learning_rate or max_grad_norm, and check the model's weights "
      "and the data"));
}

}  // namespace

absl::StatusOr<StepReport> TrainStep(
    const DecoderBackend& backend, const StepInput& input,
    const LoopOptions& options, double learning_rate, const StopToken& stop,
    LoraGradients& gradients, TrainingState& state) {
  StepReport report = {.step = state.step + 1,
                       .epoch = input.epoch_after,
                       .learning_rate = learning_rate};
  for (const PackedBatch& pass : input.passes) {
    report.targets += TargetCount(pass);
    report.tokens += pass.tokens();
  }
  // Nothing to learn from.
  if (report.targets == 0) return report;

  Clear(gradients);
  PassTotals totals;
  for (size_t i = 0; i < input.passes.size(); ++i) {
    if (stop.stopped()) return stop.status();
    KAITO_ASSIGN_OR_RETURN(
        const PassTotals pass,
        backend.Gradients(
            input.passes[i], state.adapter,
            {.gradient_scale = 1 / static_cast<double>(report.targets),
             .dropout = options.dropout,
             .dropout_seed = DropoutSeed(options.seed, state.step, i)},
            gradients));
    totals.loss_sum += pass.loss_sum;
    totals.correct += pass.correct;
  }
  report.loss = Share(totals.loss_sum, report.targets);
  report.accuracy = Share(static_cast<double>(totals.correct), report.targets);
  if (!std::isfinite(report.loss)) {
    report.grad_norm = report.loss;
    return report;
  }
  KAITO_ASSIGN_OR_RETURN(
      const UpdateResult update,
      ApplyUpdate(options.optimizer, learning_rate, gradients, state.adapter,
                  state.optimizer));
  report.grad_norm = update.grad_norm;
  report.applied = update.applied;
  return report;
}

absl::Status Train(
    const DecoderBackend& backend, StepSource source, const Schedule& schedule,
    const LoopOptions& options, const StopToken& stop, TrainingState& state,
    absl::FunctionRef<absl::Status(const StepReport& report)> after_step) {
  const int64_t total = schedule.span().total;
  LoraGradients gradients = ZeroGradients(state.adapter);
  while (state.step < total) {
    if (stop.stopped()) return stop.status();
    KAITO_ASSIGN_OR_RETURN(const StepInput input, source(state.step));
    KAITO_ASSIGN_OR_RETURN(
        const StepReport report,
        TrainStep(backend, input, options, schedule.RateAt(state.step), stop,
                  gradients, state));
    Record(report, options.log_every, report.step == total, state);
    if (state.skipped_in_row >= options.max_skipped_in_row) {
      return Diverged(report, state.skipped_in_row);
    }
    KAITO_RETURN_IF_ERROR(after_step(report));
  }
  return absl::OkStatus();
}

absl::StatusOr<Evaluation> Evaluate(const DecoderBackend& backend,
                                    const std::vector<PackedBatch>& batches,
                                    const LoraAdapter* adapter,
                                    const StopToken& stop) {
  PassTotals totals;
  for (const PackedBatch& batch : batches) {
    if (stop.stopped()) return stop.status();
    KAITO_ASSIGN_OR_RETURN(const PassTotals pass,
                           backend.Score(batch, adapter, nullptr));
    totals.loss_sum += pass.loss_sum;
    totals.count += pass.count;
    totals.correct += pass.correct;
  }
  return Evaluation{
      .loss = Share(totals.loss_sum, totals.count),
      .accuracy = Share(static_cast<double>(totals.correct), totals.count),
      .targets = totals.count};
}

}  // namespace kaito::runtime
