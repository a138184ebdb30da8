#ifndef KAITO_STANDALONE_NODE_CONTAINER_SHIM_H_
#define KAITO_STANDALONE_NODE_CONTAINER_SHIM_H_

// The container shim: a small process between the node agent and one run of a
// container. It outlives the agent, so that a container runs on, keeps its log
// and has its end written down while the agent is away: the agent that starts
// next adopts it. (The other choice, containers that the kernel kills with the
// agent, would lose hours of training to an upgrade of the operator.)
//
// Programs that start pods call it first thing in main(), where argv asks for
// it; the agent runs it by its options' shim_command:
//
//   if (argc > 1 && absl::string_view(argv[1]) == kContainerShimCommand) {
//     return RunContainerShim({argv + 2, argv + argc});
//   }
//
// Arguments: --dir DIR (made by the agent, empty), --cwd DIR, [--log-bytes N],
// [--log-files N], then "--", a program and its arguments; the environment is
// the container's. It returns once the program runs (0) or can't (1, with the
// reason on standard error), leaving a process of its own session behind, which
//
//   - holds the lock of DIR (base/file/directory_lock.h) for as long as it lives;
//   - writes DIR/started.json, and at the end DIR/exit.json (container_process.h);
//   - writes what the program prints to DIR/log (container_log.h);
//   - passes SIGTERM on to the program's group, and kills the group at SIGUSR1;
//   - takes the program with it when it is killed itself.

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace kaito::standalone {

inline constexpr absl::string_view kContainerShimCommand = "container-shim";

// Returns the exit code for main(). Call it before any thread is started.
int RunContainerShim(const std::vector<std::string>& args);

}  // namespace kaito::standalone

#endif  // KAITO_STANDALONE_NODE_CONTAINER_SHIM_H_
