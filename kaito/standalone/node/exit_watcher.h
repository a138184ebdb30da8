#ifndef KAITO_STANDALONE_NODE_EXIT_WATCHER_H_
#define KAITO_STANDALONE_NODE_EXIT_WATCHER_H_

// ExitWatcher: one thread that waits for the ends of many processes, by their
// pidfds. The node agent has one for all its containers.
//
//   KAITO_ASSIGN_OR_RETURN(std::unique_ptr<ExitWatcher> watcher,
//                          ExitWatcher::Create());
//   watcher->Watch(process.pid_fd(), [this] { Wake(); });

#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "kaito/base/file/unique_fd.h"
#include "kaito/base/sync/mutex.h"
#include "kaito/base/sync/thread_annotations.h"
#include "kaito/base/thread/thread.h"

namespace kaito::standalone {

class ExitWatcher {
 public:
  static absl::StatusOr<std::unique_ptr<ExitWatcher>> Create();
  // Calls that were not due are never made.
  ~ExitWatcher();
  ExitWatcher(const ExitWatcher&) = delete;
  ExitWatcher& operator=(const ExitWatcher&) = delete;

  // Calls `on_exit` once, on the watcher's thread, when the process has ended;
  // also where it has ended already, or `pid_fd` is -1. It must be short. The
  // descriptor stays the caller's.
  void Watch(int pid_fd, std::function<void()> on_exit) KAITO_EXCLUDES(mutex_);

 private:
  struct Watched {
    UniqueFd fd;
    std::function<void()> on_exit;
  };

  explicit ExitWatcher(UniqueFd wake) : wake_(std::move(wake)) {}
  void Loop() KAITO_EXCLUDES(mutex_);
  void Wake();

  const UniqueFd wake_;  // An eventfd.
  Mutex mutex_;
  std::vector<Watched> added_ KAITO_GUARDED_BY(mutex_);
  bool stopping_ KAITO_GUARDED_BY(mutex_) = false;
  Thread thread_;  // Last: it uses all of the above.
};

}  // namespace kaito::standalone

#endif  // KAITO_STANDALONE_NODE_EXIT_WATCHER_H_
