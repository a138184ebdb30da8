#include "kaito/base/process/spawn.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "kaito/base/file/unique_fd.h"
#include "kaito/base/status/status.h"

namespace kaito {
namespace {

// What the child was doing when it failed; sent to the parent with errno.
enum class Step : int { kGroup, kParent, kChdir, kStdio, kClose, kExec };

struct Failure {
  Step step;
  int error;
};

const char* Describe(Step step) {
  switch (step) {
    case Step::kGroup:
      return "setpgid";
    case Step::kParent:
      return "follow parent";
    case Step::kChdir:
      return "change to working directory";
    case Step::kStdio:
      return "set up standard streams";
    case Step::kClose:
      return "close descriptors";
    case Step::kExec:
      return "exec";
  }
  return "start";
}

// From here to exec the child shares nothing but memory that other threads may
// have been changing at the fork: async-signal-safe calls only, no allocation.

[[noreturn]] void Die(int report_fd, Step step) {
  const Failure failure = {step, errno};
  (void)!write(report_fd, &failure, sizeof(failure));
  _exit(127);
}

bool CloseOthersOnExec() {
  if (close_range(3, ~0U, CLOSE_RANGE_CLOEXEC) == 0) return true;
  // Kernels before 5.11 and some sandboxes. The bound keeps the loop short
  // where the limit is "unlimited".
  if (errno != EINVAL && errno != ENOSYS && errno != EPERM) return false;
  long limit = sysconf(_SC_OPEN_MAX);
  if (limit < 0 || limit > 65536) limit = 65536;
  for (int fd = 3; fd < limit; ++fd) (void)fcntl(fd, F_SETFD, FD_CLOEXEC);
  return true;
}

[[noreturn]] void RunChild(const SpawnRequest& request, pid_t parent,
                           int report_fd) {
  if (setpgid(0, 0) != 0) Die(report_fd, Step::kGroup);
  if (request.kill_with_parent) {
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) Die(report_fd, Step::kParent);
    // The parent may have ended before the request was made.
    if (getppid() != parent) _exit(127);
  }
  if (request.working_directory != nullptr &&
      chdir(request.working_directory) != 0) {
    Die(report_fd, Step::kChdir);
  }
  for (int target = 0; target < 3; ++target) {
    const int fd = request.stdio[target];
    if (fd >= 0 && dup2(fd, target) < 0) Die(report_fd, Step::kStdio);
  }
  if (!CloseOthersOnExec()) Die(report_fd, Step::kClose);
  // Ignored signals would stay ignored after exec; all are blocked until here
  // so that no handler of the parent's runs in the child.
  struct sigaction default_action = {};
  default_action.sa_handler = SIG_DFL;
  for (int signal = 1; signal < NSIG; ++signal) {
    (void)sigaction(signal, &default_action, nullptr);
  }
  sigset_t none;
  sigemptyset(&none);
  (void)sigprocmask(SIG_SETMASK, &none, nullptr);
  execve(request.program, request.argv, request.environment);
  Die(report_fd, Step::kExec);
}

}  // namespace

absl::StatusOr<pid_t> Spawn(const SpawnRequest& request) {
  int fds[2];
  if (pipe2(fds, O_CLOEXEC) != 0) return ErrnoToStatus(errno, "pipe");
  UniqueFd report_read(fds[0]);
  UniqueFd report_write(fds[1]);
  if (fds[1] < 3) {
    // This process runs without standard streams: keep clear of the child's.
    report_write = UniqueFd(fcntl(fds[1], F_DUPFD_CLOEXEC, 3));
    if (!report_write.valid()) return ErrnoToStatus(errno, "pipe");
  }

  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  (void)pthread_sigmask(SIG_SETMASK, &all, &before);
  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid == 0) RunChild(request, parent, report_write.get());
  const int fork_error = errno;
  (void)pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (pid < 0) return ErrnoToStatus(fork_error, "fork");

  // The exec closes the pipe: nothing to read is success.
  report_write.Reset();
  Failure failure = {};
  ssize_t n = 0;
  do {
    n = read(report_read.get(), &failure, sizeof(failure));
  } while (n < 0 && errno == EINTR);
  if (n == 0) return pid;
  while (waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
  }
  return ErrnoToStatus(n == sizeof(failure) ? failure.error : EIO,
                       Describe(failure.step));
}

}  // namespace kaito
