#ifndef KAITO_RUNTIME_TRAIN_TUNE_OUTPUT_H_
#define KAITO_RUNTIME_TRAIN_TUNE_OUTPUT_H_

// What a finished tuning run leaves in its output directory, the sentinel last.
//
//   KAITO_RETURN_IF_ERROR(WriteOutput(directory, facts, state, report, fs));
//   if (IsFinished(directory, fingerprint)) ...  // Of another process, maybe.

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/base/file/file_system.h"
#include "kaito/runtime/train/checkpoint.h"
#include "kaito/runtime/train/training_loop.h"
#include "kaito/runtime/train/training_state.h"

namespace kaito::runtime {

struct TuneReport {
  std::string model_digest;
  std::string data_digest;
  std::string config_digest;  // May be empty.
  uint64_t seed = 0;
  std::optional<Evaluation> before, after;  // Where rows are held out.
  absl::Time finished;
  absl::Duration training_time;  // In the process that finished.
  int64_t trained_steps = 0;     // So too.
  int64_t trained_tokens = 0;
};

// adapter_model.safetensors, README.md, adapter_config.json,
// trainer_state.json, training_report.json, fine_tuning_completed.txt: in this
// order, each whole or not at all. Null `fs`: the real one.
absl::Status WriteOutput(absl::string_view directory,
                         const CheckpointFacts& facts, bool bf16,
                         const TrainingState& state, const TuneReport& report,
                         FileSystem* fs);

// Whether the sentinel is there, and the report tells of the same run.
bool IsFinished(absl::string_view directory, absl::string_view fingerprint);

// The report's last loss.
std::optional<double> ReportedLoss(absl::string_view directory);

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_TRAIN_TUNE_OUTPUT_H_
