#ifndef KAITO_RUNTIME_TRAIN_TRAINING_LOOP_H_
#define KAITO_RUNTIME_TRAIN_TRAINING_LOOP_H_

// The training loop: gradients of a step's batches, summed and divided by the
// step's trained tokens once, clipped, applied. It knows no files and no
// clock; what happens between steps (checkpoints, progress) is the caller's.
//
//   KAITO_RETURN_IF_ERROR(Train(*backend, data, options, stop, state,
//                               [&](const StepReport& report) {
//                                 return SaveWhereDue(report);
//                               }));

#include <cstdint>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/runtime/backend/decoder_backend.h"
#include "kaito/runtime/batch/packed_batch.h"
#include "kaito/runtime/train/optimizer.h"
#include "kaito/runtime/train/schedule.h"
#include "kaito/runtime/train/training_state.h"

namespace kaito::runtime {

// The data of one optimiser step.
struct StepInput {
  std::vector<PackedBatch> passes;
  double epoch_after = 0;  // Passes over the data once the step is done.
};

// The data of step `step`, from 0: the same whenever it is asked for.
using StepSource = absl::FunctionRef<absl::StatusOr<StepInput>(int64_t step)>;

struct LoopOptions {
  OptimizerOptions optimizer;
  double dropout = 0;  // Of the adapters' input.
  uint64_t seed = 0;   // Of dropout.
  int64_t log_every = 10;
  // The end, where gradients or losses are no numbers in so many steps in a
  // row; fewer are passed over, with the weights as they were.
  int64_t max_skipped_in_row = 10;
};

// One step. Changes the adapter and its optimiser, or nothing where something
// is not a number or where `stop` came first (its status).
absl::StatusOr<StepReport> TrainStep(
    const DecoderBackend& backend, const StepInput& input,
    const LoopOptions& options, double learning_rate, const StopToken& stop,
    LoraGradients& gradients, TrainingState& state);

// From state.step to the schedule's last step. stop.status() where stopped:
// the state is then that after a whole step. InvalidArgument where training
// diverges. `after_step` may stop the run with an error.
absl::Status Train(
    const DecoderBackend& backend, StepSource source, const Schedule& schedule,
    const LoopOptions& options, const StopToken& stop, TrainingState& state,
    absl::FunctionRef<absl::Status(const StepReport& report)> after_step);

struct Evaluation {
  double loss = 0;  // Mean over the trained tokens.
  double accuracy = 0;
  int64_t targets = 0;
};

// A null adapter is the bare base.
absl::StatusOr<Evaluation> Evaluate(const DecoderBackend& backend,
                                    const std::vector<PackedBatch>& batches,
                                    const LoraAdapter* adapter,
                                    const StopToken& stop);

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_TRAIN_TRAINING_LOOP_H_
