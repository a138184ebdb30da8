#ifndef KAITO_RUNTIME_TRAIN_PROGRESS_REPORTER_H_
#define KAITO_RUNTIME_TRAIN_PROGRESS_REPORTER_H_

// ProgressReporter: how a run tells where it is. A line KAITO_PROGRESS {json}
// every ten seconds, which the operator reads; the same JSON in a file, where
// one is named; on a terminal a bar in place of the lines.
//
//   ProgressReporter progress(options, clock, write);
//   progress.SetPhase("train");
//   progress.AddStep(report);  // After each step.

#include <cstdint>
#include <functional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/api/job/progress.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/clock/steady_time.h"
#include "kaito/base/file/file_system.h"
#include "kaito/runtime/train/training_state.h"

namespace kaito::runtime {

struct ProgressOptions {
  std::string file;  // Empty: none. Replaced, never half there.
  absl::Duration interval = absl::Seconds(10);
  bool terminal = false;
  FileSystem* file_system = nullptr;  // Null: the real one.
};

class ProgressReporter {
 public:
  // `write` gets text to be shown, whole lines unless on a terminal. The clock
  // must outlive this object.
  ProgressReporter(ProgressOptions options, const Clock& clock,
                   std::function<void(absl::string_view)> write);

  // "load", "data", "train", "eval", "save" or "push": told at once.
  void SetPhase(absl::string_view phase);

  // Where the run stands as training begins; a resumed one not at 0.
  void Begin(int64_t step, int64_t total_steps, double epoch, int64_t tokens);

  void AddStep(const StepReport& report);

  // Whatever is not shown yet; ends the bar's line.
  void Finish();

 private:
  void Show();

  const ProgressOptions options_;
  const Clock& clock_;
  const std::function<void(absl::string_view)> write_;
  api::Progress progress_;
  SteadyTime shown_;
  bool has_shown_ = false;
  // Since training began in this process; the speed is the mean over it.
  SteadyTime begun_;
  int64_t first_step_ = 0;
  int64_t first_tokens_ = 0;
  // Of the steps since the last line.
  double loss_sum_ = 0;
  int64_t loss_targets_ = 0;
  bool bar_open_ = false;
};

// "[=====>    ]  120/450 loss 0.412 3705 tok/s 1m20s left".
std::string FormatBar(const api::Progress& progress);

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_TRAIN_PROGRESS_REPORTER_H_
