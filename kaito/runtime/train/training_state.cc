#include "kaito/runtime/train/training_state.h"

#include <cstdint>
#include <utility>

#include "kaito/runtime/adapter/lora_adapter.h"
#include "kaito/runtime/train/optimizer.h"

namespace kaito::runtime {

TrainingState NewTrainingState(LoraAdapter adapter) {
  TrainingState state;
  state.adapter = std::move(adapter);
  state.optimizer = NewOptimizerState(state.adapter);
  return state;
}

void Record(const StepReport& report, int64_t log_every, bool last,
            TrainingState& state) {
  state.step = report.step;
  state.epoch = report.epoch;
  state.tokens += report.tokens;
  state.targets += report.targets;
  if (report.applied) {
    state.last_loss = report.loss;
    state.skipped_in_row = 0;
    state.window_loss += report.loss;
    state.window_correct += report.accuracy;
    ++state.window_steps;
  } else if (report.targets > 0) {
    ++state.skipped;
    ++state.skipped_in_row;
  }
  if (report.step % log_every != 0 && !last) return;
  if (state.window_steps == 0) return;
  const double steps = static_cast<double>(state.window_steps);
  state.log.push_back({.step = report.step,
                       .epoch = report.epoch,
                       .loss = state.window_loss / steps,
                       .accuracy = state.window_correct / steps,
                       .grad_norm = report.applied ? report.grad_norm : 0,
                       .learning_rate = report.learning_rate,
                       .tokens = state.tokens});
  state.window_loss = 0;
  state.window_correct = 0;
  state.window_steps = 0;
}

}  // namespace kaito::runtime
