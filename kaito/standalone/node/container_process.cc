#include "kaito/standalone/node/container_process.h"

#include <signal.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/file/directory.h"
#include "kaito/base/file/directory_lock.h"
#include "kaito/base/file/path.h"
#include "kaito/base/file/read_file.h"
#include "kaito/base/file/unique_fd.h"
#include "kaito/base/process/stdio.h"
#include "kaito/base/process/subprocess.h"
#include "kaito/base/status/status.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/standalone/node/container_files.h"

namespace kaito::standalone {
namespace {

constexpr int64_t kMaxRecordBytes = 4096;
constexpr int64_t kMaxReasonBytes = 1024;

// The shim needs milliseconds to write where it is; a loaded machine more.
constexpr int kStartChecks = 100;
constexpr absl::Duration kStartCheckInterval = absl::Milliseconds(50);

// By number: glibc 2.36 declares its wrappers without C linkage.
UniqueFd OpenPidFd(pid_t pid) {
  return UniqueFd(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
}

absl::Status SendSignal(int pid_fd, int signal) {
  if (syscall(SYS_pidfd_send_signal, pid_fd, signal, nullptr, 0) == 0 ||
      errno == ESRCH) {
    return absl::OkStatus();
  }
  return ErrnoToStatus(errno, absl::StrCat("signal ", signal, " to a shim"));
}

// NotFound where nothing was written yet, or the process is gone.
absl::StatusOr<ContainerProcess> Open(absl::string_view dir) {
  KAITO_ASSIGN_OR_RETURN(
      const std::string text,
      ReadFile(JoinPath(dir, kStartedFile), kMaxRecordBytes));
  KAITO_ASSIGN_OR_RETURN(StartedRecord started, ParseStarted(text));
  // First the descriptor, then the check: what is checked is what is held.
  UniqueFd pid_fd = OpenPidFd(started.shim.pid);
  if (!pid_fd.valid()) {
    return absl::NotFoundError(absl::StrCat(dir, ": has ended"));
  }
  const absl::StatusOr<ProcessIdentity> now = IdentifyProcess(started.shim.pid);
  if (!now.ok() || *now != started.shim) {
    return absl::NotFoundError(absl::StrCat(dir, ": has ended"));
  }
  return ContainerProcess(std::move(started), std::move(pid_fd));
}

}  // namespace

absl::Status ContainerProcess::Terminate() const {
  return SendSignal(pid_fd_.get(), SIGTERM);
}

absl::Status ContainerProcess::Kill() const {
  return SendSignal(pid_fd_.get(), SIGUSR1);  // The shim's name for it.
}

absl::StatusOr<ContainerProcess> StartContainer(const ContainerStart& start,
                                                Clock& clock,
                                                const StopToken& stop) {
  KAITO_RETURN_IF_ERROR(MakeDirs(start.dir, 0700));
  SubprocessOptions options = {.argv = start.shim_command,
                               .env = start.env,
                               .err = Stdio::Capture(kMaxReasonBytes),
                               .kill_with_parent = true};
  for (const absl::string_view arg :
       {absl::string_view("--dir"), absl::string_view(start.dir),
        absl::string_view("--cwd"), absl::string_view(start.cwd)}) {
    options.argv.emplace_back(arg);
  }
  options.argv.push_back("--log-bytes");
  options.argv.push_back(absl::StrCat(start.log.max_file_bytes));
  options.argv.push_back("--log-files");
  options.argv.push_back(absl::StrCat(start.log.max_files));
  options.argv.push_back("--");
  options.argv.insert(options.argv.end(), start.argv.begin(), start.argv.end());
  KAITO_ASSIGN_OR_RETURN(const ProcessResult result,
                         Subprocess::Run(options, {.clock = &clock}, stop));
  if (!result.ok()) {
    return absl::FailedPreconditionError(
        result.err.empty() ? absl::StrCat("container shim: ", result.Describe())
                           : std::string(absl::StripSuffix(result.err, "\n")));
  }
  absl::StatusOr<ContainerProcess> process = Open(start.dir);
  if (process.ok() || !absl::IsNotFound(process.status())) return process;
  // It was so quick that it has ended already: all that is left is its record.
  KAITO_ASSIGN_OR_RETURN(const ExitRecord exit, ReadExit(start.dir));
  return ContainerProcess({.started_at = exit.started_at}, UniqueFd());
}

absl::StatusOr<std::optional<ContainerProcess>> FindContainer(
    absl::string_view dir, Clock& clock, const StopToken& stop) {
  for (int i = 0; i < kStartChecks; ++i) {
    const absl::StatusOr<DirectoryLock> lock = DirectoryLock::Acquire(dir);
    // No lock: no shim lives, and none is about to.
    if (lock.ok() || absl::IsNotFound(lock.status())) return std::nullopt;
    absl::StatusOr<ContainerProcess> process = Open(dir);
    if (process.ok()) {
      return std::optional<ContainerProcess>(*std::move(process));
    }
    if (!absl::IsNotFound(process.status())) return process.status();
    KAITO_RETURN_IF_ERROR(WaitFor(clock, kStartCheckInterval, stop));
  }
  return absl::DeadlineExceededError(
      absl::StrCat(dir, ": a shim holds the lock and does not say who it is"));
}

absl::StatusOr<ExitRecord> ReadExit(absl::string_view dir) {
  KAITO_ASSIGN_OR_RETURN(const std::string text,
                         ReadFile(JoinPath(dir, kExitFile), kMaxRecordBytes));
  return ParseExit(text);
}

}  // namespace kaito::standalone
