#include "kaito/base/process/subprocess.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/clock/fake_clock.h"
#include "kaito/base/file/directory.h"
#include "kaito/base/file/path.h"
#include "kaito/base/file/read_file.h"
#include "kaito/base/file/temp_dir.h"
#include "kaito/base/file/unique_fd.h"
#include "kaito/base/process/stdio.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/base/sync/stop_token.h"

namespace kaito {
namespace {

using ::kaito::testing::IsOkAndHolds;
using ::kaito::testing::StatusIs;
using ::testing::HasSubstr;

constexpr int64_t kLimit = 1 << 16;

SubprocessOptions Shell(const std::string& script) {
  return {.argv = {"/bin/sh", "-c", script},
          .env = {{"PATH", "/usr/bin:/bin"}},
          .out = Stdio::Capture(kLimit),
          .err = Stdio::Capture(kLimit)};
}

// Runs to the end; no time passes on the fake clock.
absl::StatusOr<ProcessResult> RunNow(const SubprocessOptions& options) {
  FakeClock clock;
  return Subprocess::Run(options, {.clock = &clock}, StopToken());
}

// Until the end of the pipe: all that hold its other end are gone.
std::string ReadToEnd(const UniqueFd& fd) {
  std::string text;
  char buffer[256];
  while (true) {
    const ssize_t n = read(fd.get(), buffer, sizeof(buffer));
    if (n <= 0) return text;
    text.append(buffer, n);
  }
}

std::string ReadLine(const UniqueFd& fd) {
  std::string line;
  char c = 0;
  while (read(fd.get(), &c, 1) == 1 && c != '\n') line += c;
  return line;
}

int OpenDescriptors() {
  absl::StatusOr<std::vector<std::string>> names =
      ListDir("/proc/self/fd", 1000);
  return names.ok() ? static_cast<int>(names->size()) : -1;
}

TEST(Run, ReportsExitCodeAndBothStreams) {
  KAITO_ASSERT_OK_AND_ASSIGN(
      const ProcessResult result,
      RunNow(Shell("echo to out; echo to err >&2; exit 3")));
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_EQ(result.signal, 0);
  EXPECT_EQ(result.out, "to out\n");
  EXPECT_EQ(result.err, "to err\n");
  EXPECT_FALSE(result.ok());
  EXPECT_EQ(result.Describe(), "exit code 3");
}

TEST(Run, ReportsTheSignal) {
  KAITO_ASSERT_OK_AND_ASSIGN(const ProcessResult result,
                             RunNow(Shell("kill -KILL $$")));
  EXPECT_EQ(result.exit_code, -1);
  EXPECT_EQ(result.signal, SIGKILL);
  EXPECT_EQ(result.Describe(), "signal 9 (SIGKILL)");
}

TEST(Run, PassesArgumentsWithoutAShellAndOnlyTheGivenEnvironment) {
  SubprocessOptions options = Shell("");
  options.argv = {"/bin/echo", "$HOME; *", ""};
  KAITO_ASSERT_OK_AND_ASSIGN(ProcessResult result, RunNow(options));
  EXPECT_EQ(result.out, "$HOME; * \n");
  options.argv = {"env"};
  options.env["B"] = "two words";
  KAITO_ASSERT_OK_AND_ASSIGN(result, RunNow(options));
  EXPECT_EQ(result.out, "B=two words\nPATH=/usr/bin:/bin\n");
}

TEST(Run, KeepsAtMostTheLimitAndStillReadsAll) {
  SubprocessOptions options = Shell(
      "i=0; while [ $i -lt 3000 ]; do echo 0123456789012345678901234567"
      "890123456789; i=$((i+1)); done; echo end >&2");
  options.out = Stdio::Capture(100);
  KAITO_ASSERT_OK_AND_ASSIGN(const ProcessResult result, RunNow(options));
  EXPECT_TRUE(result.ok());
  EXPECT_EQ(result.out.size(), 100u);
  EXPECT_TRUE(result.out_truncated);
  EXPECT_EQ(result.err, "end\n");
  EXPECT_FALSE(result.err_truncated);
}

TEST(Run, ReadsTextNothingOrAFile) {
  SubprocessOptions options = Shell("cat");
  const std::string text(200000, 'x');  // More than a pipe holds.
  options.in = Stdio::Text(text);
  options.out = Stdio::Capture(1 << 20);
  KAITO_ASSERT_OK_AND_ASSIGN(ProcessResult result, RunNow(options));
  EXPECT_EQ(result.out, text);
  options.in = Stdio::Null();
  KAITO_ASSERT_OK_AND_ASSIGN(result, RunNow(options));
  EXPECT_EQ(result.out, "");
  options.in = Stdio::File("/proc/self/comm");
  KAITO_ASSERT_OK_AND_ASSIGN(result, RunNow(options));
  EXPECT_NE(result.out, "");
}

TEST(Run, WritesFilesInTheWorkingDirectoryAndAppends) {
  KAITO_ASSERT_OK_AND_ASSIGN(const TempDir dir,
                             TempDir::Create(::testing::TempDir()));
  const std::string log = JoinPath(dir.path(), "log");
  SubprocessOptions options = Shell("pwd; echo err >&2");
  options.working_directory = dir.path();
  options.out = Stdio::File(log);
  options.err = Stdio::AppendFile(log);
  KAITO_ASSERT_OK(RunNow(options).status());
  EXPECT_THAT(ReadFile(log, kLimit),
              IsOkAndHolds(absl::StrCat(dir.path(), "\nerr\n")));
  options.out = Stdio::AppendFile(log);
  KAITO_ASSERT_OK(RunNow(options).status());
  EXPECT_THAT(
      ReadFile(log, kLimit),
      IsOkAndHolds(absl::StrCat(dir.path(), "\nerr\n", dir.path(), "\nerr\n")));
}

TEST(Run, NamesWhatKeepsItFromStarting) {
  SubprocessOptions options = Shell("true");
  options.working_directory = "/no/such/dir";
  EXPECT_THAT(
      RunNow(options).status(),
      StatusIs(absl::StatusCode::kNotFound,
               HasSubstr("start /bin/sh: change to working directory")));
  options = Shell("true");
  options.in = Stdio::File("/no/such/file");
  EXPECT_THAT(RunNow(options).status(), StatusIs(absl::StatusCode::kNotFound,
                                                 HasSubstr("/no/such/file")));
  for (const absl::string_view program : {"/no/such/program", "no-such-prog"}) {
    options = Shell("");
    options.argv = {std::string(program)};
    EXPECT_THAT(
        RunNow(options).status(),
        StatusIs(absl::StatusCode::kNotFound, HasSubstr(std::string(program))));
  }
  options.argv = {"/etc/passwd"};
  EXPECT_THAT(RunNow(options).status(),
              StatusIs(absl::StatusCode::kPermissionDenied));
}

TEST(Run, RefusesWhatExecCannotExpress) {
  SubprocessOptions options = Shell("true");
  options.argv = {};
  EXPECT_THAT(RunNow(options).status(),
              StatusIs(absl::StatusCode::kInvalidArgument));
  options.argv = {"/bin/true", std::string("a\0b", 3)};
  EXPECT_THAT(RunNow(options).status(),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("zero")));
  options = Shell("true");
  options.env["A=B"] = "c";
  EXPECT_THAT(RunNow(options).status(),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("A=B")));
  for (const Stdio& in : {Stdio::Capture(1), Stdio::AppendFile("x")}) {
    options = Shell("true");
    options.in = in;
    EXPECT_THAT(RunNow(options).status(),
                StatusIs(absl::StatusCode::kInvalidArgument));
  }
  options = Shell("true");
  options.out = Stdio::Text("x");
  EXPECT_THAT(RunNow(options).status(),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(Run, LeavesNoDescriptorOpenOnEitherSide) {
  // One that a careless library might leave inheritable.
  const UniqueFd careless(open("/dev/null", O_RDONLY));
  ASSERT_EQ(fcntl(careless.get(), F_GETFD), 0);
  const int before = OpenDescriptors();
  SubprocessOptions options = Shell("ls /proc/self/fd");
  options.in = Stdio::Text("x");
  KAITO_ASSERT_OK_AND_ASSIGN(const ProcessResult result, RunNow(options));
  // 3 is the directory that ls reads.
  EXPECT_EQ(result.out, "0\n1\n2\n3\n");
  options.argv = {"/no/such/program"};
  EXPECT_FALSE(RunNow(options).ok());
  EXPECT_EQ(OpenDescriptors(), before);
}

TEST(Run, LeavesNoZombie) {
  KAITO_ASSERT_OK_AND_ASSIGN(std::unique_ptr<Subprocess> process,
                             Subprocess::Start(Shell("exit 0")));
  KAITO_ASSERT_OK(process->Wait(StopToken()).status());
  EXPECT_EQ(waitpid(process->pid(), nullptr, WNOHANG), -1);
  EXPECT_EQ(errno, ECHILD);
  SubprocessOptions bad = Shell("");
  bad.argv = {"/no/such/program"};
  EXPECT_FALSE(RunNow(bad).ok());
  EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1);
  EXPECT_EQ(errno, ECHILD);
}

TEST(Run, ChildHasDefaultSignalHandling) {
  struct sigaction ignore = {};
  struct sigaction before = {};
  ignore.sa_handler = SIG_IGN;
  ASSERT_EQ(sigaction(SIGPIPE, &ignore, &before), 0);
  const auto result = RunNow(Shell("kill -PIPE $$; echo survived"));
  ASSERT_EQ(sigaction(SIGPIPE, &before, nullptr), 0);
  KAITO_ASSERT_OK(result.status());
  EXPECT_EQ(result->signal, SIGPIPE);
}

TEST(Run, TimesOut) {
  FakeClock clock;
  absl::StatusOr<ProcessResult> result;
  std::thread runner([&] {
    result = Subprocess::Run(Shell("exec sleep 1000"),
                             {.clock = &clock, .timeout = absl::Seconds(10)},
                             StopToken());
  });
  clock.AwaitWaiters(1);
  clock.Advance(absl::Seconds(10));
  runner.join();
  EXPECT_THAT(result.status(),
              StatusIs(absl::StatusCode::kDeadlineExceeded,
                       "run /bin/sh: stopped by signal 15 (SIGTERM): deadline "
                       "passed"));
}

TEST(Run, EndsWithItsStopToken) {
  FakeClock clock;
  StopSource source;
  source.RequestStop(absl::AbortedError("shutting down"));
  EXPECT_THAT(Subprocess::Run(Shell("exec sleep 1000"), {.clock = &clock},
                              source.token())
                  .status(),
              StatusIs(absl::StatusCode::kAborted, HasSubstr("shutting down")));
}

TEST(Subprocess, TalksThroughPipes) {
  SubprocessOptions options = Shell("");
  options.argv = {"/bin/cat"};
  options.in = Stdio::Pipe();
  options.out = Stdio::Pipe();
  KAITO_ASSERT_OK_AND_ASSIGN(std::unique_ptr<Subprocess> process,
                             Subprocess::Start(options));
  UniqueFd in = process->TakeStdin();
  const UniqueFd out = process->TakeStdout();
  EXPECT_FALSE(process->TakeStdout().valid());
  EXPECT_FALSE(process->TakeStderr().valid());
  ASSERT_EQ(write(in.get(), "ping\n", 5), 5);
  EXPECT_EQ(ReadLine(out), "ping");
  EXPECT_FALSE(process->ended());
  in.Reset();
  KAITO_ASSERT_OK_AND_ASSIGN(const ProcessResult result,
                             process->Wait(StopToken()));
  EXPECT_TRUE(result.ok());
  EXPECT_TRUE(process->ended());
}

TEST(Subprocess, GivesTheChildADescriptorOfTheCallers) {
  int fds[2];
  ASSERT_EQ(pipe2(fds, O_CLOEXEC), 0);
  const UniqueFd read_end(fds[0]);
  UniqueFd write_end(fds[1]);
  SubprocessOptions options = Shell("echo hello");
  options.out = Stdio::Fd(write_end.get());
  KAITO_ASSERT_OK(RunNow(options).status());
  write_end.Reset();
  EXPECT_EQ(ReadToEnd(read_end), "hello\n");
}

TEST(Subprocess, WaitThatIsStoppedLeavesTheChildRunning) {
  KAITO_ASSERT_OK_AND_ASSIGN(std::unique_ptr<Subprocess> process,
                             Subprocess::Start(Shell("exec sleep 1000")));
  StopSource source;
  std::thread stopper([&] { source.RequestStop(); });
  EXPECT_THAT(process->Wait(source.token()).status(),
              StatusIs(absl::StatusCode::kCancelled));
  stopper.join();
  KAITO_EXPECT_OK(process->Signal(SIGKILL));
  KAITO_ASSERT_OK_AND_ASSIGN(const ProcessResult result,
                             process->Wait(StopToken()));
  EXPECT_EQ(result.signal, SIGKILL);
  EXPECT_THAT(process->Signal(SIGKILL),
              StatusIs(absl::StatusCode::kFailedPrecondition));
}

// Starts `script` with a pipe as its output, and waits for its first line.
std::unique_ptr<Subprocess> StartAndAwaitReady(const std::string& script,
                                               UniqueFd& out) {
  SubprocessOptions options = Shell(script);
  options.out = Stdio::Pipe();
  auto process = Subprocess::Start(options);
  EXPECT_TRUE(process.ok()) << process.status();
  out = (*process)->TakeStdout();
  EXPECT_EQ(ReadLine(out), "ready");
  return *std::move(process);
}

TEST(Subprocess, StopLetsTheChildEndByItself) {
  FakeClock clock;
  UniqueFd out;
  auto process = StartAndAwaitReady(
      "trap 'exit 7' TERM; sleep 1000 & echo ready; wait", out);
  const ProcessResult result = process->Stop(clock, absl::Seconds(30));
  EXPECT_EQ(result.exit_code, 7);
  EXPECT_EQ(ReadToEnd(out), "");  // The sleep is gone too.
}

TEST(Subprocess, StopKillsTheGroupAfterTheGrace) {
  FakeClock clock;
  UniqueFd out;
  auto process = StartAndAwaitReady(
      "trap '' TERM; sleep 1000 & echo ready; sleep 1000", out);
  ProcessResult result;
  std::thread stopper(
      [&] { result = process->Stop(clock, absl::Seconds(30)); });
  clock.AwaitWaiters(1);
  clock.Advance(absl::Seconds(29));
  EXPECT_FALSE(process->ended());
  clock.Advance(absl::Seconds(1));
  stopper.join();
  EXPECT_EQ(result.signal, SIGKILL);
  EXPECT_EQ(ReadToEnd(out), "");
}

TEST(Subprocess, WhatTheChildLeavesBehindEndsWithIt) {
  UniqueFd out;
  auto process = StartAndAwaitReady("sleep 1000 & echo ready", out);
  EXPECT_EQ(ReadToEnd(out), "");
  KAITO_ASSERT_OK_AND_ASSIGN(const ProcessResult result,
                             process->Wait(StopToken()));
  EXPECT_TRUE(result.ok());
}

TEST(Subprocess, DestructionKillsTheGroup) {
  UniqueFd out;
  auto process = StartAndAwaitReady("sleep 1000 & echo ready; wait", out);
  process.reset();
  EXPECT_EQ(ReadToEnd(out), "");
}

// Not run by itself: the next test starts it in a process of its own.
TEST(Subprocess, DISABLED_ParentThatDies) {
  SubprocessOptions options = Shell("echo ready; exec sleep 1000");
  options.out = Stdio::Fd(4);
  options.kill_with_parent = true;
  auto process = Subprocess::Start(options);
  char byte = 0;
  (void)!read(STDIN_FILENO, &byte, 1);
  _exit(process.ok() ? 0 : 1);
}

TEST(Subprocess, EndsWithItsParentWhenAsked) {
  SubprocessOptions options;
  // The shell hands its standard output on as 4, and drops gtest's own lines.
  options.argv = {"/bin/sh", "-c",
                  "exec 4>&1; exec \"$0\" --gtest_also_run_disabled_tests "
                  "--gtest_filter=Subprocess.DISABLED_ParentThatDies "
                  ">/dev/null",
                  absl::StrCat("/proc/", getpid(), "/exe")};
  options.in = Stdio::Pipe();
  options.out = Stdio::Pipe();
  KAITO_ASSERT_OK_AND_ASSIGN(std::unique_ptr<Subprocess> parent,
                             Subprocess::Start(options));
  UniqueFd in = parent->TakeStdin();
  const UniqueFd out = parent->TakeStdout();
  EXPECT_EQ(ReadLine(out), "ready");
  in.Reset();
  // The sleep is in a group of its own: only its parent's death ends it.
  EXPECT_EQ(ReadToEnd(out), "");
}

}  // namespace
}  // namespace kaito
