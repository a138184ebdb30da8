#ifndef KAITO_STANDALONE_NODE_CONTAINER_PROCESS_H_
#define KAITO_STANDALONE_NODE_CONTAINER_PROCESS_H_

// ContainerProcess: one run of a container, seen from the agent. Starting it
// and finding it again after a restart of the agent give the same object: the
// process is never the agent's child (container_shim.h).
//
//   KAITO_ASSIGN_OR_RETURN(ContainerProcess process,
//                          StartContainer(options, clock, stop));
//   watcher.Watch(process.pid_fd(), [...] { ... ReadExit(dir) ... });
//   KAITO_RETURN_IF_ERROR(process.Terminate());

#include <sys/types.h>

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/file/unique_fd.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/standalone/node/container_files.h"
#include "kaito/standalone/node/container_log.h"

namespace kaito::standalone {

struct ContainerStart {
  // What runs the shim, such as {"/proc/self/exe", "container-shim"}; its
  // arguments are added.
  std::vector<std::string> shim_command;
  std::string dir;  // Of this run; made here, and must be new.
  std::string cwd;
  std::vector<std::string> argv;
  std::map<std::string, std::string> env;
  ContainerLogLimits log;
};

// Movable. Destroying it does nothing to the process.
class ContainerProcess {
 public:
  ContainerProcess(StartedRecord started, UniqueFd pid_fd)
      : started_(std::move(started)), pid_fd_(std::move(pid_fd)) {}

  absl::Time started_at() const { return started_.started_at; }
  pid_t shim_pid() const { return started_.shim.pid; }
  // Readable once it has ended.
  int pid_fd() const { return pid_fd_.get(); }

  // SIGTERM, or SIGKILL, to the program and all of its group. OK where it has
  // ended already.
  absl::Status Terminate() const;
  absl::Status Kill() const;

 private:
  StartedRecord started_;
  UniqueFd pid_fd_;
};

// Starts it and returns once the program runs. InvalidArgument, NotFound or
// FailedPrecondition, with the reason, where it can't.
absl::StatusOr<ContainerProcess> StartContainer(const ContainerStart& start,
                                                Clock& clock,
                                                const StopToken& stop);

// The run in `dir`, where it goes on; nullopt where it has ended or never
// began. Waits, for some seconds at most, for one that is just beginning.
absl::StatusOr<std::optional<ContainerProcess>> FindContainer(
    absl::string_view dir, Clock& clock, const StopToken& stop);

// How the run in `dir` has ended; NotFound where nobody wrote it down: the
// machine went down, or the shim was killed.
absl::StatusOr<ExitRecord> ReadExit(absl::string_view dir);

}  // namespace kaito::standalone

#endif  // KAITO_STANDALONE_NODE_CONTAINER_PROCESS_H_
