#ifndef KAITO_RUNTIME_TRAIN_TUNE_H_
#define KAITO_RUNTIME_TRAIN_TUNE_H_

// A whole tuning run: data, plan, model, training with checkpoints, adapter,
// report, sentinel, push. The command line is tune_command.h.
//
//   KAITO_ASSIGN_OR_RETURN(const TuneResult result,
//                          Tune(recipe, environment));
//
// Safe to run again on the same output directory, wherever it was stopped: a
// finished run is only pushed, an unfinished one goes on.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/file/file_system.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/runtime/train/progress_reporter.h"
#include "kaito/runtime/train/recipe.h"

namespace kaito::runtime {

struct TuneEnvironment {
  const Clock* clock = nullptr;                  // Required; so the next.
  std::function<void(absl::string_view)> write;  // Standard output.
  StopToken stop;
  ProgressOptions progress;
  int64_t threads = 0;                // 0: all processors.
  FileSystem* file_system = nullptr;  // Null: the real one.
  std::string config_digest;          // Of the recipe's file; for the report.
  // Pushes the adapter of a directory and gives the image's digest. Null where
  // nothing is to be pushed.
  std::function<absl::StatusOr<std::string>(absl::string_view directory)> push;
};

struct TuneResult {
  std::optional<double> loss;  // The last one.
  std::string digest;          // Of the pushed image; empty without one.
};

// The stop token's status where stopped, after a checkpoint. ResourceExhausted
// is memory; a full disk is Unavailable, since it may heal.
absl::StatusOr<TuneResult> Tune(const Recipe& recipe,
                                const TuneEnvironment& environment);

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_TRAIN_TUNE_H_
