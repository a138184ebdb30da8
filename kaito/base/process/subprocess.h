#ifndef KAITO_BASE_PROCESS_SUBPROCESS_H_
#define KAITO_BASE_PROCESS_SUBPROCESS_H_

// Subprocess: a child process from start to exit code, with the process group
// it leads. The node agent runs pods with it; tests and tools run programs.
// There is never a shell in between, and the environment is what is given, no
// more.
//
//   KAITO_ASSIGN_OR_RETURN(
//       const ProcessResult result,
//       Subprocess::Run({.argv = {"git", "--version"},
//                        .env = {{"PATH", "/usr/bin"}},
//                        .out = Stdio::Capture(4096)},
//                       {.clock = &clock, .timeout = absl::Seconds(10)}, stop));
//   if (!result.ok()) return absl::InternalError(result.Describe());
//
// When the child ends, what is left of its group is killed: nothing it started
// outlives it, except what made a group of its own.

#include <sys/types.h>

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/file/unique_fd.h"
#include "kaito/base/process/stdio.h"
#include "kaito/base/sync/mutex.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/base/sync/thread_annotations.h"
#include "kaito/base/thread/thread.h"

namespace kaito {

struct SubprocessOptions {
  // The program and its arguments. A program without a slash is looked for in
  // the PATH of `env`; a relative one starts at `working_directory`.
  std::vector<std::string> argv;
  std::map<std::string, std::string> env;
  std::string working_directory;  // Empty: this process's.
  Stdio in = Stdio::Null();
  Stdio out = Stdio::Null();
  Stdio err = Stdio::Null();
  // The kernel kills the child when the thread that called Start() ends: start
  // it from one that lives long.
  bool kill_with_parent = false;
};

struct ProcessResult {
  int exit_code = -1;  // -1: ended by a signal.
  int signal = 0;      // 0: it exited by itself.
  std::string out;     // What Stdio::Capture() kept.
  std::string err;
  bool out_truncated = false;
  bool err_truncated = false;

  bool ok() const { return exit_code == 0; }
  // "exit code 3" or "signal 9 (SIGKILL)".
  std::string Describe() const;
};

struct RunLimits {
  Clock* clock = nullptr;  // Required.
  absl::Duration timeout = absl::InfiniteDuration();
  absl::Duration grace = absl::Seconds(5);  // From SIGTERM to SIGKILL.
};

// Safe to use from several threads.
class Subprocess {
 public:
  // NotFound, PermissionDenied, InvalidArgument: the program, directory or a
  // file of a stream can't be used.
  static absl::StatusOr<std::unique_ptr<Subprocess>> Start(
      const SubprocessOptions& options);

  // Starts it, waits for its end, and where `timeout` or `stop` comes first
  // stops it and returns DeadlineExceeded or stop.status().
  static absl::StatusOr<ProcessResult> Run(const SubprocessOptions& options,
                                           const RunLimits& limits,
                                           const StopToken& stop);

  // Kills the group and waits for the child's end. Stop() is kinder.
  ~Subprocess();
  Subprocess(const Subprocess&) = delete;
  Subprocess& operator=(const Subprocess&) = delete;

  pid_t pid() const { return pid_; }

  // This process's ends of Stdio::Pipe(); the first call gives them away.
  UniqueFd TakeStdin() KAITO_EXCLUDES(mutex_) { return TakePipe(0); }
  UniqueFd TakeStdout() KAITO_EXCLUDES(mutex_) { return TakePipe(1); }
  UniqueFd TakeStderr() KAITO_EXCLUDES(mutex_) { return TakePipe(2); }

  // To the whole group. FailedPrecondition once the child has ended.
  absl::Status Signal(int signal) KAITO_EXCLUDES(mutex_);

  bool ended() const KAITO_EXCLUDES(mutex_);

  // Waits for the end; gives the same result each time. stop.status() where
  // `stop` comes first: the child runs on.
  absl::StatusOr<ProcessResult> Wait(const StopToken& stop)
      KAITO_EXCLUDES(mutex_);

  // SIGTERM to the group, SIGKILL where the child has not ended after `grace`.
  ProcessResult Stop(Clock& clock, absl::Duration grace) KAITO_EXCLUDES(mutex_);

 private:
  // Output that is kept.
  struct Captured {
    UniqueFd fd;
    int64_t max_bytes = 0;
    std::string text;
    bool truncated = false;
  };

  Subprocess() = default;
  UniqueFd TakePipe(int target) KAITO_EXCLUDES(mutex_);
  void Monitor();
  void Reap() KAITO_EXCLUDES(mutex_);

  pid_t pid_ = -1;
  UniqueFd pid_fd_;                   // Readable when the child has ended.
  std::array<Captured, 2> captured_;  // The monitor's alone, once it runs.

  mutable Mutex mutex_;
  CondVar changed_;
  std::array<UniqueFd, 3> pipes_ KAITO_GUARDED_BY(mutex_);
  bool ended_ KAITO_GUARDED_BY(mutex_) = false;
  ProcessResult result_ KAITO_GUARDED_BY(mutex_);

  Thread monitor_;  // Last: it uses all of the above.
};

}  // namespace kaito

#endif  // KAITO_BASE_PROCESS_SUBPROCESS_H_
