#include "kaito/runtime/train/progress_reporter.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "kaito/api/job/progress.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/clock/steady_time.h"
#include "kaito/base/file/write_file.h"
#include "kaito/base/log/log.h"
#include "kaito/runtime/train/available_memory.h"
#include "kaito/runtime/train/training_state.h"

namespace kaito::runtime {
namespace {

// More often than that a bar only flickers.
constexpr absl::Duration kBarInterval = absl::Milliseconds(200);

}  // namespace

std::string FormatBar(const api::Progress& progress) {
  constexpr int64_t kWidth = 24;
  const int64_t total = std::max<int64_t>(1, progress.total_steps);
  const int64_t filled =
      std::clamp<int64_t>(kWidth * progress.step / total, 0, kWidth);
  std::string bar = absl::StrCat(
      "[", std::string(static_cast<size_t>(filled), '='),
      std::string(static_cast<size_t>(kWidth - filled), ' '), "] ",
      progress.phase, " ", progress.step, "/", progress.total_steps);
  if (progress.loss.has_value()) {
    absl::StrAppendFormat(&bar, " loss %.4f", *progress.loss);
  }
  if (progress.tokens_per_second.has_value()) {
    absl::StrAppendFormat(&bar, " %.0f tok/s", *progress.tokens_per_second);
  }
  if (progress.eta_seconds.has_value()) {
    absl::StrAppend(&bar, " ",
                    absl::FormatDuration(absl::Seconds(*progress.eta_seconds)),
                    " left");
  }
  return bar;
}

ProgressReporter::ProgressReporter(ProgressOptions options, const Clock& clock,
                                   std::function<void(absl::string_view)> write)
    : options_(std::move(options)), clock_(clock), write_(std::move(write)) {}

void ProgressReporter::SetPhase(absl::string_view phase) {
  progress_.phase = std::string(phase);
  Show();
}

void ProgressReporter::Begin(int64_t step, int64_t total_steps, double epoch,
                             int64_t tokens) {
  begun_ = clock_.NowSteady();
  first_step_ = step;
  first_tokens_ = tokens;
  progress_.step = step;
  progress_.total_steps = total_steps;
  progress_.epoch = epoch;
  progress_.tokens = tokens;
}

void ProgressReporter::AddStep(const StepReport& report) {
  progress_.step = report.step;
  progress_.epoch = report.epoch;
  progress_.tokens += report.tokens;
  progress_.learning_rate = report.learning_rate;
  if (report.applied) {
    progress_.grad_norm = report.grad_norm;
    loss_sum_ += report.loss * static_cast<double>(report.targets);
    loss_targets_ += report.targets;
  }
  const absl::Duration interval =
      options_.terminal ? std::min(kBarInterval, options_.interval)
                        : options_.interval;
  if (!has_shown_ || clock_.NowSteady() - shown_ >= interval) Show();
}

void ProgressReporter::Show() {
  shown_ = clock_.NowSteady();
  has_shown_ = true;
  if (loss_targets_ > 0) {
    progress_.loss = loss_sum_ / static_cast<double>(loss_targets_);
    loss_sum_ = 0;
    loss_targets_ = 0;
  }
  const double seconds = absl::ToDoubleSeconds(shown_ - begun_);
  const int64_t steps = progress_.step - first_step_;
  if (steps > 0 && seconds > 0) {
    progress_.tokens_per_second =
        static_cast<double>(progress_.tokens - first_tokens_) / seconds;
    progress_.eta_seconds = static_cast<int64_t>(
        std::ceil(seconds / static_cast<double>(steps) *
                  static_cast<double>(progress_.total_steps - progress_.step)));
  }
  progress_.peak_memory_bytes = PeakMemory();

  const std::string line = api::FormatProgressLine(progress_);
  if (!options_.file.empty()) {
    const absl::Status written = WriteFileAtomic(
        options_.file,
        absl::StrCat(absl::StripPrefix(line, "KAITO_PROGRESS "), "\n"),
        {.sync = false, .file_system = options_.file_system});
    // Nobody's training ends because a file for onlookers can't be written.
    if (!written.ok()) {
      KAITO_LOG(WARNING, "progress file not written", {{"error", written}});
    }
  }
  if (!options_.terminal) {
    write_(absl::StrCat(line, "\n"));
    return;
  }
  // Back to the line's start, and what was there is cleared.
  write_(absl::StrCat("\r\x1b[K", FormatBar(progress_)));
  bar_open_ = true;
}

void ProgressReporter::Finish() {
  Show();
  if (bar_open_) write_("\n");
  bar_open_ = false;
}

}  // namespace kaito::runtime
