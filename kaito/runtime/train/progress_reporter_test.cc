#include "kaito/runtime/train/progress_reporter.h"

#include <cerrno>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/api/job/progress.h"
#include "kaito/base/clock/fake_clock.h"
#include "kaito/base/file/faulty_file_system.h"
#include "kaito/base/file/path.h"
#include "kaito/base/file/read_file.h"
#include "kaito/base/file/temp_dir.h"
#include "kaito/base/log/log_capture.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/runtime/train/training_state.h"

namespace kaito::runtime {
namespace {

using ::testing::HasSubstr;

StepReport Step(int64_t step, double loss, int64_t targets) {
  return {.step = step,
          .epoch = static_cast<double>(step) / 10,
          .loss = loss,
          .grad_norm = 2,
          .learning_rate = 0.1,
          .tokens = 100,
          .targets = targets,
          .applied = true};
}

class ProgressReporterTest : public ::testing::Test {
 protected:
  void SetUp() override {
    KAITO_ASSERT_OK_AND_ASSIGN(dir_, TempDir::Create(::testing::TempDir()));
  }
  ProgressReporter Make(ProgressOptions options) {
    return ProgressReporter(
        std::move(options), clock_,
        [this](absl::string_view text) { absl::StrAppend(&shown_, text); });
  }

  FakeClock clock_;
  std::string shown_;
  TempDir dir_;
};

TEST_F(ProgressReporterTest, PrintsALineEveryTenSeconds) {
  ProgressReporter progress = Make({});
  progress.Begin(0, 40, 0, 0);
  progress.SetPhase("train");
  for (int64_t step = 1; step <= 20; ++step) {
    clock_.Advance(absl::Seconds(1));
    // The mean weighs tokens alike.
    progress.AddStep(step % 2 == 0 ? Step(step, 1, 30) : Step(step, 5, 10));
  }
  EXPECT_EQ(std::count(shown_.begin(), shown_.end(), '\n'), 3);
  const std::optional<api::Progress> last = api::FindLastProgress(shown_);
  ASSERT_TRUE(last.has_value()) << shown_;
  EXPECT_EQ(last->phase, "train");
  EXPECT_EQ(last->step, 20);
  EXPECT_EQ(last->total_steps, 40);
  EXPECT_EQ(last->tokens, 2000);
  EXPECT_EQ(last->loss, 2);
  EXPECT_EQ(last->tokens_per_second, 100);
  EXPECT_EQ(last->eta_seconds, 20);
  EXPECT_GT(last->peak_memory_bytes, 0);
}

TEST_F(ProgressReporterTest, CountsOnFromACheckpoint) {
  ProgressReporter progress = Make({.interval = absl::ZeroDuration()});
  progress.Begin(30, 40, 3, 3000);
  clock_.Advance(absl::Seconds(2));
  progress.AddStep(Step(31, 1, 10));
  const std::optional<api::Progress> last = api::FindLastProgress(shown_);
  ASSERT_TRUE(last.has_value());
  EXPECT_EQ(last->tokens, 3100);
  EXPECT_EQ(last->tokens_per_second, 50);
  EXPECT_EQ(last->eta_seconds, 18);
}

TEST_F(ProgressReporterTest, ReplacesTheFile) {
  const std::string file = JoinPath(dir_.path(), "progress.json");
  ProgressReporter progress = Make({.file = file});
  progress.Begin(0, 2, 0, 0);
  progress.SetPhase("load");
  clock_.Advance(absl::Seconds(10));
  progress.AddStep(Step(1, 3, 1));
  KAITO_ASSERT_OK_AND_ASSIGN(const std::string text, ReadFile(file, 4096));
  EXPECT_EQ(text.find("KAITO_PROGRESS"), std::string::npos);
  EXPECT_EQ(api::FindLastProgress(absl::StrCat("KAITO_PROGRESS ", text))->step,
            1);
}

TEST_F(ProgressReporterTest, GoesOnWhereTheFileCannotBeWritten) {
  const LogCapture log;
  FaultyFileSystem fs;
  fs.FailAt(FaultyFileSystem::Step::kCreate, 0, ENOSPC);
  ProgressReporter progress =
      Make({.file = JoinPath(dir_.path(), "p"), .file_system = &fs});
  progress.SetPhase("load");
  EXPECT_THAT(shown_, HasSubstr("KAITO_PROGRESS"));
  EXPECT_THAT(log.text(), HasSubstr("progress file not written"));
}

TEST_F(ProgressReporterTest, DrawsABarOnATerminal) {
  ProgressReporter progress = Make({.terminal = true});
  progress.Begin(0, 4, 0, 0);
  progress.SetPhase("train");
  clock_.Advance(absl::Seconds(1));
  progress.AddStep(Step(2, 0.25, 10));
  progress.Finish();
  EXPECT_THAT(shown_, HasSubstr("\r\x1b[K[============            ] train 2/4 "
                                "loss 0.2500 100 tok/s 1s left"));
  EXPECT_EQ(shown_.back(), '\n');
  EXPECT_EQ(shown_.find("KAITO_PROGRESS"), std::string::npos);
}

}  // namespace
}  // namespace kaito::runtime
