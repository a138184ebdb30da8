#ifndef KAITO_STANDALONE_NODE_POD_RECORD_H_
#define KAITO_STANDALONE_NODE_POD_RECORD_H_

// PodRecord: what the agent knows of a pod that it runs, beyond the pod's spec:
// the runs of its containers and how they ended. It is kept in the pod's
// directory, so that the next agent goes on from there; PlanPod (pod_plan.h)
// and MakePodStatus (pod_status.h) are functions of it.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/api/core/pod_spec.h"
#include "kaito/base/clock/steady_time.h"

namespace kaito::standalone {

// How a run ended.
struct Termination {
  int exit_code = 0;
  int signal = 0;
  std::string reason;   // "Completed", "Error", "ContainerStatusUnknown".
  std::string message;  // What the container left for people.
  absl::Time started_at;
  absl::Time finished_at;
  int64_t attempt = 0;  // Which run.

  bool operator==(const Termination& other) const = default;
};

struct ContainerRecord {
  enum class State { kWaiting, kRunning, kExited };

  std::string name;
  State state = State::kWaiting;
  int64_t attempt = 0;  // Number of the last run; 0: there was none.
  int32_t restart_count = 0;
  int64_t failures = 0;  // Ends in a row, for the back-off.
  absl::Time started_at;
  std::optional<Termination> last;      // The last run that ended,
  std::optional<Termination> previous;  // and the one before it.
  // The agent stopped it at its own end: it is begun again, and nothing is
  // counted.
  bool interrupted = false;

  // Not kept: found out again.
  std::string waiting_reason;  // Of kWaiting; empty: ContainerCreating.
  std::string waiting_message;
  int64_t start_failures = 0;  // In a row.
  bool started = false;        // The start-up probe has passed.
  bool ready = false;
  SteadyTime not_before;  // When it may run again.

  bool operator==(const ContainerRecord& other) const = default;
};

struct PodRecord {
  std::string uid;
  std::string ns;
  std::string name;
  std::string ip;
  absl::Time start_time;
  bool initialized = false;  // The init containers are done, for good.
  // Where the pod has to end whatever its containers do: "DeadlineExceeded".
  std::string failed_reason;
  std::string failed_message;
  std::vector<ContainerRecord> init_containers;  // In the order of the spec.
  std::vector<ContainerRecord> containers;

  bool operator==(const PodRecord& other) const = default;
};

// Of a pod that nothing is known of yet.
PodRecord NewPodRecord(absl::string_view uid, absl::string_view ns,
                       absl::string_view name, const api::PodSpec& spec);

std::string FormatPodRecord(const PodRecord& record);
absl::StatusOr<PodRecord> ParsePodRecord(absl::string_view text);

// Whether both have the containers that the spec has; else the record is not
// this pod's.
bool Fits(const PodRecord& record, const api::PodSpec& spec);

}  // namespace kaito::standalone

#endif  // KAITO_STANDALONE_NODE_POD_RECORD_H_
