#include "kaito/standalone/node/exit_watcher.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <functional>
#include <iterator>
#include <memory>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "kaito/base/file/unique_fd.h"
#include "kaito/base/status/status.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/sync/mutex.h"
#include "kaito/base/thread/thread.h"

namespace kaito::standalone {

absl::StatusOr<std::unique_ptr<ExitWatcher>> ExitWatcher::Create() {
  UniqueFd wake(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!wake.valid()) return ErrnoToStatus(errno, "eventfd");
  std::unique_ptr<ExitWatcher> watcher(
      new ExitWatcher(std::move(wake)));  // Private constructor.
  KAITO_ASSIGN_OR_RETURN(
      watcher->thread_,
      Thread::Start("exit-watcher", [w = watcher.get()] { w->Loop(); }));
  return watcher;
}

ExitWatcher::~ExitWatcher() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
  }
  Wake();
  thread_.Join();
}

void ExitWatcher::Wake() {
  const uint64_t one = 1;
  (void)!write(wake_.get(), &one, sizeof(one));
}

void ExitWatcher::Watch(int pid_fd, std::function<void()> on_exit) {
  {
    MutexLock lock(mutex_);
    added_.push_back(
        {UniqueFd(pid_fd < 0 ? -1 : fcntl(pid_fd, F_DUPFD_CLOEXEC, 3)),
         std::move(on_exit)});
  }
  Wake();
}

void ExitWatcher::Loop() {
  std::vector<Watched> watched;
  while (true) {
    {
      MutexLock lock(mutex_);
      if (stopping_) return;
      watched.insert(watched.end(), std::make_move_iterator(added_.begin()),
                     std::make_move_iterator(added_.end()));
      added_.clear();
    }
    std::vector<pollfd> wait = {{wake_.get(), POLLIN, 0}};
    bool ended_already = false;
    for (const Watched& one : watched) {
      wait.push_back({one.fd.get(), POLLIN, 0});
      ended_already = ended_already || !one.fd.valid();
    }
    if (poll(wait.data(), wait.size(), ended_already ? 0 : -1) < 0) continue;
    uint64_t count = 0;
    (void)!read(wake_.get(), &count, sizeof(count));
    std::vector<Watched> left;
    for (size_t i = 0; i < watched.size(); ++i) {
      if (!watched[i].fd.valid() || wait[i + 1].revents != 0) {
        watched[i].on_exit();
      } else {
        left.push_back(std::move(watched[i]));
      }
    }
    watched = std::move(left);
  }
}

}  // namespace kaito::standalone
