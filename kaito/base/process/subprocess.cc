#include "kaito/base/process/subprocess.h"

#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/base/check/check.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/clock/steady_time.h"
#include "kaito/base/file/path.h"
#include "kaito/base/file/unique_fd.h"
#include "kaito/base/process/spawn.h"
#include "kaito/base/process/stdio.h"
#include "kaito/base/status/status.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/sync/mutex.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/base/thread/thread.h"

namespace kaito {
namespace {

// Read at a time; a pipe holds as much by default.
constexpr int64_t kReadBytes = 64 * 1024;

// After the child's end at most this many reads take what is still in a pipe: a
// pipe's largest size by default (1 MiB). A process that left the group may go
// on writing for ever.
constexpr int kFinalReads = 16;

bool HasZeroByte(const std::string& text) {
  return text.find('\0') != std::string::npos;
}

absl::Status CheckOptions(const SubprocessOptions& options) {
  if (options.argv.empty() || options.argv[0].empty()) {
    return absl::InvalidArgumentError("start: no program is given");
  }
  bool zero = HasZeroByte(options.working_directory);
  for (const std::string& arg : options.argv) zero = zero || HasZeroByte(arg);
  for (const auto& [name, value] : options.env) {
    zero = zero || HasZeroByte(name) || HasZeroByte(value);
    if (name.empty() || name.find('=') != std::string::npos) {
      return absl::InvalidArgumentError(
          absl::StrCat("start ", options.argv[0],
                       ": bad name of an environment variable: ", name));
    }
  }
  if (!zero) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "start ", options.argv[0].c_str(), ": an argument holds a zero byte"));
}

absl::StatusOr<std::string> FindProgram(const SubprocessOptions& options) {
  const std::string& name = options.argv[0];
  if (name.find('/') != std::string::npos) return name;
  auto path = options.env.find("PATH");
  if (path != options.env.end()) {
    for (const absl::string_view dir : absl::StrSplit(path->second, ':')) {
      // Relative entries would depend on the working directory.
      if (dir.empty() || dir[0] != '/') continue;
      const std::string file = JoinPath(dir, name);
      if (access(file.c_str(), X_OK) == 0) return file;
    }
  }
  return absl::NotFoundError(absl::StrCat(
      "start ", name, ": not found in PATH (",
      path == options.env.end() ? "which is not set" : path->second, ")"));
}

std::vector<char*> Pointers(const std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  for (const std::string& text : strings) {
    // exec's arguments aren't const, though it doesn't change them.
    pointers.push_back(const_cast<char*>(text.c_str()));
  }
  pointers.push_back(nullptr);
  return pointers;
}

// By number: glibc 2.36 declares its wrapper without C linkage.
UniqueFd OpenPidFd(pid_t pid) {
  return UniqueFd(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
}

}  // namespace

std::string ProcessResult::Describe() const {
  if (signal == 0) return absl::StrCat("exit code ", exit_code);
  const char* name = sigabbrev_np(signal);
  return absl::StrCat("signal ", signal, " (SIG", name == nullptr ? "?" : name,
                      ")");
}

absl::StatusOr<std::unique_ptr<Subprocess>> Subprocess::Start(
    const SubprocessOptions& options) {
  KAITO_RETURN_IF_ERROR(CheckOptions(options));
  KAITO_ASSIGN_OR_RETURN(const std::string program, FindProgram(options));
  const std::string where = absl::StrCat("start ", program);

  std::unique_ptr<Subprocess> process(new Subprocess);  // Private constructor.
  const std::array<const Stdio*, 3> streams = {&options.in, &options.out,
                                               &options.err};
  std::array<UniqueFd, 3> child_ends;
  SpawnRequest request;
  for (int target = 0; target < 3; ++target) {
    absl::StatusOr<Stdio::Ends> ends = streams[target]->Open(target);
    if (!ends.ok()) return Annotate(ends.status(), where);
    if (streams[target]->captures()) {
      Captured& captured = process->captured_[target - 1];
      captured.fd = std::move(ends->ours);
      captured.max_bytes = streams[target]->max_bytes();
    } else {
      MutexLock lock(process->mutex_);
      process->pipes_[target] = std::move(ends->ours);
    }
    request.stdio[target] = ends->child.get();
    child_ends[target] = std::move(ends->child);
  }

  std::vector<std::string> variables;
  for (const auto& [name, value] : options.env) {
    variables.push_back(absl::StrCat(name, "=", value));
  }
  const std::vector<char*> argv = Pointers(options.argv);
  const std::vector<char*> environment = Pointers(variables);
  request.program = program.c_str();
  request.argv = argv.data();
  request.environment = environment.data();
  if (!options.working_directory.empty()) {
    request.working_directory = options.working_directory.c_str();
  }
  request.kill_with_parent = options.kill_with_parent;
  absl::StatusOr<pid_t> pid = Spawn(request);
  if (!pid.ok()) return Annotate(pid.status(), where);

  process->pid_ = *pid;
  process->pid_fd_ = OpenPidFd(*pid);
  absl::Status status = process->pid_fd_.valid()
                            ? absl::OkStatus()
                            : ErrnoToStatus(errno, "pidfd_open");
  if (status.ok()) {
    absl::StatusOr<Thread> monitor =
        Thread::Start("subprocess", [p = process.get()] { p->Monitor(); });
    status = monitor.status();
    if (status.ok()) process->monitor_ = *std::move(monitor);
  }
  if (!status.ok()) {
    (void)kill(-*pid, SIGKILL);
    process->Reap();
    return Annotate(status, where);
  }
  return process;
}

Subprocess::~Subprocess() {
  (void)Signal(SIGKILL);
  monitor_.Join();
}

UniqueFd Subprocess::TakePipe(int target) {
  MutexLock lock(mutex_);
  return std::move(pipes_[target]);
}

absl::Status Subprocess::Signal(int signal) {
  // Under the lock that Reap() takes, so that the number can't have passed to
  // another process; kill(2) doesn't wait.
  MutexLock lock(mutex_);
  if (ended_) {
    return absl::FailedPreconditionError(
        absl::StrCat("signal ", signal, " to ", pid_, ": it has ended"));
  }
  if (kill(-pid_, signal) != 0) {
    return ErrnoToStatus(errno, absl::StrCat("signal ", signal, " to ", pid_));
  }
  return absl::OkStatus();
}

bool Subprocess::ended() const {
  MutexLock lock(mutex_);
  return ended_;
}

absl::StatusOr<ProcessResult> Subprocess::Wait(const StopToken& stop) {
  const StopCallback wake = stop.OnStop([this] {
    MutexLock lock(mutex_);
    changed_.NotifyAll();
  });
  MutexLock lock(mutex_);
  while (!ended_ && !stop.stopped()) changed_.Wait(mutex_);
  if (ended_) return result_;
  return stop.status();
}

ProcessResult Subprocess::Stop(Clock& clock, absl::Duration grace) {
  (void)Signal(SIGTERM);  // Fails only once it has ended.
  {
    const SteadyTime deadline = clock.NowSteady() + grace;
    MutexLock lock(mutex_);
    while (!ended_) {
      if (clock.WaitUntil(changed_, mutex_, deadline)) break;
    }
  }
  (void)Signal(SIGKILL);
  MutexLock lock(mutex_);
  while (!ended_) changed_.Wait(mutex_);
  return result_;
}

namespace {

// One read of what is kept; false when there is nothing now. Closes `fd` at the
// end.
bool ReadSome(UniqueFd& fd, int64_t max_bytes, std::string& text,
              bool& truncated) {
  char buffer[kReadBytes];
  const ssize_t n = read(fd.get(), buffer, sizeof(buffer));
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return false;
  if (n <= 0) {
    fd.Reset();
    return false;
  }
  const int64_t room = max_bytes - static_cast<int64_t>(text.size());
  const int64_t kept = std::min<int64_t>(n, room);
  text.append(buffer, static_cast<size_t>(kept));
  truncated = truncated || kept < n;
  return true;
}

}  // namespace

void Subprocess::Monitor() {
  const auto read_some = [](Captured& c) {
    return ReadSome(c.fd, c.max_bytes, c.text, c.truncated);
  };
  while (true) {
    // A closed descriptor is -1, which poll() ignores.
    std::array<pollfd, 3> wait = {{{pid_fd_.get(), POLLIN, 0},
                                   {captured_[0].fd.get(), POLLIN, 0},
                                   {captured_[1].fd.get(), POLLIN, 0}}};
    if (poll(wait.data(), wait.size(), -1) < 0) {
      KAITO_CHECK_EQ(errno, EINTR);
      continue;
    }
    for (int i = 0; i < 2; ++i) {
      if (wait[i + 1].revents != 0) (void)read_some(captured_[i]);
    }
    if (wait[0].revents != 0) break;
  }
  // The child is a zombie, so its group's number is still its own: the last
  // moment to end the rest of the group.
  (void)kill(-pid_, SIGKILL);
  for (Captured& captured : captured_) {
    for (int i = 0; i < kFinalReads && captured.fd.valid(); ++i) {
      if (!read_some(captured)) break;
    }
    captured.fd.Reset();
  }
  Reap();
}

void Subprocess::Reap() {
  MutexLock lock(mutex_);
  siginfo_t info = {};
  int rc = 0;
  do {
    rc = waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED);
  } while (rc != 0 && errno == EINTR);
  // Where someone else has waited for it, how it ended is not known: -1 and 0.
  if (rc == 0 && info.si_code == CLD_EXITED) result_.exit_code = info.si_status;
  if (rc == 0 && info.si_code != CLD_EXITED) result_.signal = info.si_status;
  result_.out = std::move(captured_[0].text);
  result_.err = std::move(captured_[1].text);
  result_.out_truncated = captured_[0].truncated;
  result_.err_truncated = captured_[1].truncated;
  ended_ = true;
  changed_.NotifyAll();
}

absl::StatusOr<ProcessResult> Subprocess::Run(const SubprocessOptions& options,
                                              const RunLimits& limits,
                                              const StopToken& stop) {
  KAITO_CHECK(limits.clock != nullptr);
  Clock& clock = *limits.clock;
  StopSource timed(stop, clock, clock.NowSteady() + limits.timeout);
  KAITO_ASSIGN_OR_RETURN(std::unique_ptr<Subprocess> process, Start(options));
  absl::StatusOr<ProcessResult> result = process->Wait(timed.token());
  if (result.ok()) return result;
  const ProcessResult stopped = process->Stop(clock, limits.grace);
  return Annotate(result.status(),
                  absl::StrCat("run ", options.argv[0], ": stopped by ",
                               stopped.Describe()));
}

}  // namespace kaito
