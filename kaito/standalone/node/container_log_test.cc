#include "kaito/standalone/node/container_log.h"

#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/clock/fake_clock.h"
#include "kaito/base/clock/real_clock.h"
#include "kaito/base/file/path.h"
#include "kaito/base/file/read_file.h"
#include "kaito/base/file/temp_dir.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/base/sync/stop_token.h"

namespace kaito::standalone {
namespace {

using ::kaito::testing::IsOkAndHolds;
using ::kaito::testing::StatusIs;

const absl::Time kTime = absl::FromUnixMicros(1700000000123456);

class ContainerLogTest : public ::testing::Test {
 protected:
  void SetUp() override {
    KAITO_ASSERT_OK_AND_ASSIGN(dir_, TempDir::Create(getenv("TEST_TMPDIR")));
    path_ = JoinPath(dir_.path(), "log");
  }
  std::unique_ptr<ContainerLogWriter> Open(
      const ContainerLogLimits& limits = {}) {
    auto writer = ContainerLogWriter::Open(path_, limits);
    EXPECT_TRUE(writer.ok()) << writer.status();
    return *std::move(writer);
  }

  TempDir dir_;
  std::string path_;
};

TEST_F(ContainerLogTest, WritesLinesAsKubeletsDo) {
  auto log = Open();
  log->Write(LogStream::kStdout, "one\ntw", kTime);
  log->Write(LogStream::kStderr, "err\n", kTime);
  log->Write(LogStream::kStdout, "o\nrest", kTime);
  log->Flush(kTime);
  EXPECT_THAT(ReadFile(path_, 1000),
              IsOkAndHolds("2023-11-14T22:13:20.123456Z stdout F one\n"
                           "2023-11-14T22:13:20.123456Z stderr F err\n"
                           "2023-11-14T22:13:20.123456Z stdout F two\n"
                           "2023-11-14T22:13:20.123456Z stdout F rest\n"));
  EXPECT_THAT(ReadContainerLog(path_, {}),
              IsOkAndHolds("one\nerr\ntwo\nrest\n"));
}

TEST_F(ContainerLogTest, ALineOfAnyLengthComesBackWhole) {
  auto log = Open();
  const std::string line(50000, 'x');
  log->Write(LogStream::kStdout, line, kTime);
  log->Write(LogStream::kStdout, "\nnext\n", kTime);
  EXPECT_THAT(ReadContainerLog(path_, {}),
              IsOkAndHolds(absl::StrCat(line, "\nnext\n")));
}

TEST_F(ContainerLogTest, TailLimitSinceAndTimestamps) {
  auto log = Open();
  for (int i = 0; i < 5; ++i) {
    log->Write(LogStream::kStdout, absl::StrCat("line ", i, "\n"),
               kTime + absl::Seconds(i));
  }
  EXPECT_THAT(ReadContainerLog(path_, {.tail_lines = 2}),
              IsOkAndHolds("line 3\nline 4\n"));
  EXPECT_THAT(ReadContainerLog(path_, {.tail_lines = 99}),
              IsOkAndHolds("line 0\nline 1\nline 2\nline 3\nline 4\n"));
  EXPECT_THAT(ReadContainerLog(path_, {.tail_lines = 0}), IsOkAndHolds(""));
  EXPECT_THAT(ReadContainerLog(path_, {.limit_bytes = 9}),
              IsOkAndHolds("line 0\nli"));
  EXPECT_THAT(ReadContainerLog(path_, {.since = kTime + absl::Seconds(4)}),
              IsOkAndHolds("line 4\n"));
  EXPECT_THAT(ReadContainerLog(path_, {.tail_lines = 1, .timestamps = true}),
              IsOkAndHolds("2023-11-14T22:13:24.123456Z line 4\n"));
}

TEST_F(ContainerLogTest, KeepsAFewFilesOfLimitedSize) {
  auto log = Open({.max_file_bytes = 200, .max_files = 3});
  for (int i = 0; i < 100; ++i) {
    log->Write(LogStream::kStdout, absl::StrCat("number ", i, "\n"), kTime);
  }
  // A line has 44 or 45 bytes, so four to a file, and three files.
  EXPECT_THAT(ReadContainerLog(path_, {.tail_lines = 6}),
              IsOkAndHolds("number 94\nnumber 95\nnumber 96\nnumber 97\n"
                           "number 98\nnumber 99\n"));
  EXPECT_FALSE(ReadFile(absl::StrCat(path_, ".3"), 1000).ok());
  EXPECT_TRUE(ReadFile(absl::StrCat(path_, ".2"), 200).ok());
  EXPECT_EQ(log->dropped_bytes(), 0);
}

TEST_F(ContainerLogTest, AMissingLogIsNotFound) {
  EXPECT_THAT(ReadContainerLog(path_, {}),
              StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(ContainerLogTest, FollowsThroughRotationToTheEnd) {
  RealClock clock;
  auto log = Open({.max_file_bytes = 120, .max_files = 5});
  log->Write(LogStream::kStdout, "old\nfirst\n", kTime);
  std::string seen;
  int written = 0;
  // Each look at the end writes one more line, so that there is no timing.
  const absl::Status status = FollowContainerLog(
      path_, {.tail_lines = 1},
      [&] {
        if (written == 8) return true;
        log->Write(LogStream::kStdout, absl::StrCat("more ", written++, "\n"),
                   kTime);
        return false;
      },
      [&seen](absl::string_view piece) {
        absl::StrAppend(&seen, piece);
        return absl::OkStatus();
      },
      clock, StopToken());
  KAITO_EXPECT_OK(status);
  std::string expected = "first\n";
  for (int i = 0; i < 8; ++i) absl::StrAppend(&expected, "more ", i, "\n");
  EXPECT_EQ(seen, expected);
}

TEST_F(ContainerLogTest, AFollowerCanBeStopped) {
  FakeClock clock;
  StopSource stop;
  (void)stop.RequestStop();
  EXPECT_THAT(FollowContainerLog(
                  path_, {}, [] { return false; },
                  [](absl::string_view) { return absl::OkStatus(); }, clock,
                  stop.token()),
              StatusIs(absl::StatusCode::kCancelled));
}

}  // namespace
}  // namespace kaito::standalone
