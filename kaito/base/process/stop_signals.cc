#include "kaito/base/process/stop_signals.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <iterator>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "kaito/base/file/unique_fd.h"
#include "kaito/base/status/status.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/thread/thread.h"

namespace kaito {
namespace {

constexpr int kSignals[] = {SIGINT, SIGTERM};

// What the handler may touch: the pipe's end (-1: nobody listens), and the
// first signal.
std::atomic<int> wake_fd = -1;
std::atomic<int> first_signal = 0;

struct sigaction former[std::size(kSignals)];

void Handle(int signal) {
  const int saved = errno;
  int none = 0;
  first_signal.compare_exchange_strong(none, signal);
  // SA_RESETHAND has put the default back: the next one ends the process.
  const char byte = static_cast<char>(signal);
  const int fd = wake_fd.load();
  if (fd >= 0) (void)!write(fd, &byte, 1);
  errno = saved;
}

}  // namespace

absl::StatusOr<std::unique_ptr<StopSignals>> StopSignals::Install() {
  if (wake_fd.load() >= 0) {
    return absl::FailedPreconditionError(
        "StopSignals: another one is installed already");
  }
  std::unique_ptr<StopSignals> signals(new StopSignals);
  int fds[2];
  if (pipe2(fds, O_CLOEXEC) != 0) {
    return ::kaito::ErrnoToStatus(errno, "StopSignals: pipe");
  }
  signals->wake_read_ = UniqueFd(fds[0]);
  signals->wake_write_ = UniqueFd(fds[1]);
  StopSignals* const self = signals.get();
  KAITO_ASSIGN_OR_RETURN(
      signals->listener_,
      Thread::Start("stop-signals", [self] { self->Listen(); }));
  first_signal = 0;
  wake_fd = fds[1];
  for (size_t i = 0; i < std::size(kSignals); ++i) {
    struct sigaction action = {};
    action.sa_handler = Handle;
    action.sa_flags = SA_RESTART | SA_RESETHAND;
    sigemptyset(&action.sa_mask);
    (void)sigaction(kSignals[i], &action, &former[i]);
  }
  return signals;
}

StopSignals::~StopSignals() {
  // An object that Install() gave up on has no listener and set no handler.
  if (wake_fd.load() == wake_write_.get() && wake_write_.valid()) {
    for (size_t i = 0; i < std::size(kSignals); ++i) {
      (void)sigaction(kSignals[i], &former[i], nullptr);
    }
    wake_fd = -1;
  }
  wake_write_.Reset();  // Ends the listener.
  listener_.Join();
}

int StopSignals::signal() const { return first_signal.load(); }

void StopSignals::Listen() {
  while (true) {
    char byte = 0;
    const ssize_t got = read(wake_read_.get(), &byte, 1);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return;
    source_.RequestStop(absl::CancelledError(
        absl::StrCat("stopped by ", byte == SIGINT ? "SIGINT" : "SIGTERM")));
  }
}

}  // namespace kaito
