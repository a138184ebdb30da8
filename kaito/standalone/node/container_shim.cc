#include "kaito/standalone/node/container_shim.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/types.h>
#include <unistd.h>

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
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "kaito/base/file/directory_lock.h"
#include "kaito/base/file/path.h"
#include "kaito/base/file/unique_fd.h"
#include "kaito/base/file/write_file.h"
#include "kaito/base/process/stdio.h"
#include "kaito/base/process/subprocess.h"
#include "kaito/base/status/status.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/base/thread/thread.h"
#include "kaito/standalone/node/container_files.h"
#include "kaito/standalone/node/container_log.h"

namespace kaito::standalone {
namespace {

// Read at a time; a pipe holds as much by default.
constexpr int64_t kReadBytes = 64 * 1024;

// After the program's end at most this many reads empty a pipe: its largest
// size. Processes that left the group may go on writing for ever.
constexpr int kFinalReads = 16;

struct ShimArgs {
  std::string dir;
  std::string cwd;
  ContainerLogLimits log;
  std::vector<std::string> argv;
};

absl::StatusOr<ShimArgs> ParseArgs(const std::vector<std::string>& args) {
  ShimArgs parsed;
  size_t i = 0;
  for (; i + 1 < args.size() && args[i] != "--"; i += 2) {
    const std::string& value = args[i + 1];
    bool good = true;
    if (args[i] == "--dir") {
      parsed.dir = value;
    } else if (args[i] == "--cwd") {
      parsed.cwd = value;
    } else if (args[i] == "--log-bytes") {
      good = absl::SimpleAtoi(value, &parsed.log.max_file_bytes);
    } else if (args[i] == "--log-files") {
      good = absl::SimpleAtoi(value, &parsed.log.max_files);
    } else {
      good = false;
    }
    if (!good) {
      return absl::InvalidArgumentError(
          absl::StrCat("container shim: bad flag ", args[i], " ", value));
    }
  }
  if (i < args.size() && args[i] == "--") {
    parsed.argv.assign(args.begin() + static_cast<std::ptrdiff_t>(i) + 1,
                       args.end());
  }
  if (parsed.dir.empty() || parsed.cwd.empty() || parsed.argv.empty()) {
    return absl::InvalidArgumentError(
        "container shim: wants --dir DIR --cwd DIR -- PROGRAM [ARGUMENT...]");
  }
  return parsed;
}

std::map<std::string, std::string> Environment() {
  std::map<std::string, std::string> env;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const absl::string_view text = *entry;
    const size_t equals = text.find('=');
    if (equals == absl::string_view::npos || equals == 0) continue;
    env[std::string(text.substr(0, equals))] =
        std::string(text.substr(equals + 1));
  }
  return env;
}

// The part that stays: one program, its log, its end.
class Shim {
 public:
  explicit Shim(ShimArgs args) : args_(std::move(args)) {}

  // Starts the program and writes down where this process is.
  absl::Status Start() {
    KAITO_ASSIGN_OR_RETURN(log_, ContainerLogWriter::Open(
                                     JoinPath(args_.dir, kLogFile), args_.log));
    // Blocked before the first thread: only the descriptor sees them.
    sigset_t passed;
    sigemptyset(&passed);
    sigaddset(&passed, SIGTERM);
    sigaddset(&passed, SIGUSR1);
    sigaddset(&passed, SIGINT);
    sigaddset(&passed, SIGHUP);
    (void)sigprocmask(SIG_BLOCK, &passed, nullptr);
    (void)signal(SIGPIPE, SIG_IGN);
    signals_ = UniqueFd(signalfd(-1, &passed, SFD_CLOEXEC | SFD_NONBLOCK));
    ended_ = UniqueFd(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (!signals_.valid() || !ended_.valid()) {
      return ErrnoToStatus(errno, "container shim: descriptors");
    }
    started_at_ = absl::Now();
    KAITO_ASSIGN_OR_RETURN(process_,
                           Subprocess::Start({.argv = args_.argv,
                                              .env = Environment(),
                                              .working_directory = args_.cwd,
                                              .out = Stdio::Pipe(),
                                              .err = Stdio::Pipe(),
                                              .kill_with_parent = true}));
    streams_ = {process_->TakeStdout(), process_->TakeStderr()};
    for (const UniqueFd& stream : streams_) {
      (void)fcntl(stream.get(), F_SETFL, O_NONBLOCK);
    }
    KAITO_ASSIGN_OR_RETURN(ProcessIdentity self, IdentifyProcess(getpid()));
    KAITO_RETURN_IF_ERROR(WriteFileAtomic(
        JoinPath(args_.dir, kStartedFile),
        FormatStarted({.shim = std::move(self), .started_at = started_at_}),
        {.mode = 0600}));
    KAITO_ASSIGN_OR_RETURN(waiter_, Thread::Start("shim-wait", [this] {
                             (void)process_->Wait(StopToken());
                             const uint64_t one = 1;
                             (void)!write(ended_.get(), &one, sizeof(one));
                           }));
    return absl::OkStatus();
  }

  // Until the program's end.
  void Run() {
    while (true) {
      std::array<pollfd, 4> wait = {{{signals_.get(), POLLIN, 0},
                                     {ended_.get(), POLLIN, 0},
                                     {streams_[0].get(), POLLIN, 0},
                                     {streams_[1].get(), POLLIN, 0}}};
      if (poll(wait.data(), wait.size(), -1) < 0) continue;  // EINTR.
      if (wait[0].revents != 0) PassSignal();
      for (int i = 0; i < 2; ++i) {
        if (wait[i + 2].revents != 0) (void)ReadSome(i);
      }
      if (wait[1].revents != 0) break;
    }
    for (int i = 0; i < 2; ++i) {
      for (int reads = 0; reads < kFinalReads && ReadSome(i); ++reads) {
      }
    }
    log_->Flush(absl::Now());
    WriteExit();
  }

 private:
  void PassSignal() {
    signalfd_siginfo info = {};
    if (read(signals_.get(), &info, sizeof(info)) != sizeof(info)) return;
    if (info.ssi_signo == SIGTERM) (void)process_->Signal(SIGTERM);
    if (info.ssi_signo == SIGUSR1) (void)process_->Signal(SIGKILL);
  }

  // False where there is nothing now.
  bool ReadSome(int i) {
    if (!streams_[i].valid()) return false;
    char buffer[kReadBytes];
    const ssize_t n = read(streams_[i].get(), buffer, sizeof(buffer));
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) return false;
    if (n <= 0) {
      streams_[i].Reset();
      return false;
    }
    log_->Write(static_cast<LogStream>(i),
                absl::string_view(buffer, static_cast<size_t>(n)), absl::Now());
    return true;
  }

  void WriteExit() {
    const absl::StatusOr<ProcessResult> result = process_->Wait(StopToken());
    ExitRecord record = {.exit_code = 255,
                         .started_at = started_at_,
                         .finished_at = absl::Now()};
    if (result.ok()) {
      record.signal = result->signal;
      record.exit_code =
          result->signal == 0 ? result->exit_code : 128 + result->signal;
    }
    // On a full disk the agent finds the shim gone without a record.
    (void)WriteFileAtomic(JoinPath(args_.dir, kExitFile), FormatExit(record),
                          {.mode = 0600});
  }

  const ShimArgs args_;
  std::unique_ptr<ContainerLogWriter> log_;
  UniqueFd signals_;
  UniqueFd ended_;
  absl::Time started_at_;
  std::unique_ptr<Subprocess> process_;
  std::array<UniqueFd, 2> streams_;
  Thread waiter_;  // Last: it uses process_ and ended_.
};

// The forked child: never returns. `report` gets the reason of a failure;
// nothing and the end where the program runs.
[[noreturn]] void Stay(const ShimArgs& args, UniqueFd report) {
  (void)setsid();
  (void)prctl(PR_SET_NAME, "kaito-shim");
  Shim shim(args);
  const absl::Status started = shim.Start();
  if (!started.ok()) {
    const std::string message(started.message());
    (void)!write(report.get(), message.data(), message.size());
    _exit(1);
  }
  // Whoever reads the launcher's streams must see their end.
  const UniqueFd null(open("/dev/null", O_RDWR | O_CLOEXEC));
  for (int fd = 0; fd < 3 && null.valid(); ++fd) (void)dup2(null.get(), fd);
  (void)!write(report.get(), "", 1);  // A zero byte: it runs.
  report.Reset();
  shim.Run();
  _exit(0);
}

absl::Status Launch(const std::vector<std::string>& args) {
  KAITO_ASSIGN_OR_RETURN(const ShimArgs parsed, ParseArgs(args));
  // Taken before the fork and shared by it: there is no moment at which a
  // program may yet start and nobody holds the lock.
  KAITO_ASSIGN_OR_RETURN(const DirectoryLock lock,
                         DirectoryLock::Acquire(parsed.dir));
  int fds[2];
  if (pipe2(fds, O_CLOEXEC) != 0) return ErrnoToStatus(errno, "pipe");
  UniqueFd read_end(fds[0]);
  UniqueFd write_end(fds[1]);
  const pid_t pid = fork();
  if (pid < 0) return ErrnoToStatus(errno, "fork");
  if (pid == 0) {
    read_end.Reset();
    Stay(parsed, std::move(write_end));
  }
  write_end.Reset();
  std::string reply;
  char buffer[512];
  while (true) {
    const ssize_t n = read(read_end.get(), buffer, sizeof(buffer));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    reply.append(buffer, static_cast<size_t>(n));
    if (reply[0] == '\0') return absl::OkStatus();
  }
  return absl::FailedPreconditionError(
      reply.empty() ? "container shim: ended before its program ran" : reply);
}

}  // namespace

int RunContainerShim(const std::vector<std::string>& args) {
  const absl::Status status = Launch(args);
  if (status.ok()) return 0;
  const std::string message(status.message());
  (void)fprintf(stderr, "%s\n", message.c_str());
  return 1;
}

}  // namespace kaito::standalone
