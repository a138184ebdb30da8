#ifndef KAITO_RUNTIME_TRAIN_TRAINING_STATE_H_
#define KAITO_RUNTIME_TRAIN_TRAINING_STATE_H_

// TrainingState: all that changes while an adapter is trained. A checkpoint is
// exactly this (checkpoint.h): a run that goes on from one gives the same bits
// as one that was never stopped. Random numbers and the order of the data are
// functions of the seed and the step, so that neither has a state of its own.

#include <cstdint>
#include <vector>

#include "kaito/runtime/adapter/lora_adapter.h"
#include "kaito/runtime/train/optimizer.h"

namespace kaito::runtime {

// What one optimiser step did.
struct StepReport {
  int64_t step = 0;      // From 1.
  double epoch = 0;      // Passes over the data, this step included.
  double loss = 0;       // Mean over the trained tokens; before the update.
  double accuracy = 0;   // Share of them whose label has the largest logit.
  double grad_norm = 0;  // Before clipping.
  double learning_rate = 0;
  int64_t tokens = 0;
  int64_t targets = 0;   // Trained tokens.
  bool applied = false;  // False: something was not a number.
};

// An entry of trainer_state.json: means over the steps since the last one.
struct LogEntry {
  int64_t step = 0;
  double epoch = 0;
  double loss = 0;
  double accuracy = 0;
  double grad_norm = 0;  // Of the last step; so the next.
  double learning_rate = 0;
  int64_t tokens = 0;  // So far.

  bool operator==(const LogEntry&) const = default;
};

struct TrainingState {
  LoraAdapter adapter;
  OptimizerState optimizer;
  int64_t step = 0;  // Optimiser steps done, those that were skipped too.
  double epoch = 0;
  int64_t tokens = 0;  // Seen so far, the untrained ones too.
  int64_t targets = 0;
  int64_t skipped = 0;         // Steps, in all.
  int64_t skipped_in_row = 0;  // Up to now.
  double last_loss = 0;        // Of the last step that was applied.

  std::vector<LogEntry> log;
  // Sums over the steps since the last entry.
  double window_loss = 0;
  double window_correct = 0;  // Of the steps' accuracies.
  int64_t window_steps = 0;
};

TrainingState NewTrainingState(LoraAdapter adapter);

// Counts the step in, and closes an entry of the log where its number is a
// multiple of `log_every` or `last`.
void Record(const StepReport& report, int64_t log_every, bool last,
            TrainingState& state);

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_TRAIN_TRAINING_STATE_H_
