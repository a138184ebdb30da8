#ifndef KAITO_RUNTIME_TRAIN_TRAINER_STATE_H_
#define KAITO_RUNTIME_TRAIN_TRAINER_STATE_H_

// trainer_state.json: the log of a run with the names of transformers' Trainer,
// which plotting tools know. Pure.
//
//   json::Write(FormatTrainerState(state, run))

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "kaito/base/json/value.h"
#include "kaito/runtime/train/training_state.h"

namespace kaito::runtime {

// What does not change during a run.
struct RunFacts {
  int64_t total_steps = 0;
  double epochs = 0;
  int64_t rows_per_batch = 0;
  int64_t log_every = 10;
  int64_t save_every = 0;  // Steps; 0: not by steps.
};

json::Value FormatTrainerState(const TrainingState& state, const RunFacts& run);

// The entries of log_history that are ours. InvalidArgument where one lacks a
// field.
absl::StatusOr<std::vector<LogEntry>> ParseTrainerLog(
    const json::Value& trainer_state);

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_TRAIN_TRAINER_STATE_H_
