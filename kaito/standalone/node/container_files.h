#ifndef KAITO_STANDALONE_NODE_CONTAINER_FILES_H_
#define KAITO_STANDALONE_NODE_CONTAINER_FILES_H_

// What the shim leaves in a container's directory for the agent: how to find
// it, and how the container ended. Plain data and its JSON.

#include <sys/types.h>

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace kaito::standalone {

// Names in a container's directory.
inline constexpr absl::string_view kStartedFile = "started.json";
inline constexpr absl::string_view kExitFile = "exit.json";
inline constexpr absl::string_view kLogFile = "log";
inline constexpr absl::string_view kTerminationFile = "termination-log";

// A process beyond doubt: its number alone may pass to another one.
struct ProcessIdentity {
  pid_t pid = -1;
  int64_t start_ticks = 0;  // Since boot, from /proc/<pid>/stat.
  std::string boot_id;      // Of the machine's current run.

  bool operator==(const ProcessIdentity& other) const = default;
};

// Of a process that runs now. NotFound where there is none, or only what is
// left of it (a zombie).
absl::StatusOr<ProcessIdentity> IdentifyProcess(pid_t pid);

struct StartedRecord {
  ProcessIdentity shim;
  absl::Time started_at;
};

struct ExitRecord {
  int exit_code = 0;  // 128 + signal where a signal ended it, as kubelets say.
  int signal = 0;
  absl::Time started_at;
  absl::Time finished_at;
};

std::string FormatStarted(const StartedRecord& record);
absl::StatusOr<StartedRecord> ParseStarted(absl::string_view text);
std::string FormatExit(const ExitRecord& record);
absl::StatusOr<ExitRecord> ParseExit(absl::string_view text);

}  // namespace kaito::standalone

#endif  // KAITO_STANDALONE_NODE_CONTAINER_FILES_H_
