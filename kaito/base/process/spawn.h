#ifndef KAITO_BASE_PROCESS_SPAWN_H_
#define KAITO_BASE_PROCESS_SPAWN_H_

// Spawn: fork and exec, with everything between them that must be safe in a
// process with threads. For subprocess.cc only.

#include <sys/types.h>

#include <array>

#include "absl/status/statusor.h"

namespace kaito {

struct SpawnRequest {
  const char* program = nullptr;            // A path; no search.
  char* const* argv = nullptr;              // Ends with null.
  char* const* environment = nullptr;       // Ends with null.
  const char* working_directory = nullptr;  // Null: this process's.
  // What becomes 0, 1 and 2 of the child: descriptors above 2, or -1 for this
  // process's own.
  std::array<int, 3> stdio = {-1, -1, -1};
  bool kill_with_parent = false;
};

// The child leads a process group of its own, has default signal handling and
// no other open descriptors. Returns once it executes `program`; where that
// fails nothing is left of it.
absl::StatusOr<pid_t> Spawn(const SpawnRequest& request);

}  // namespace kaito

#endif  // KAITO_BASE_PROCESS_SPAWN_H_
