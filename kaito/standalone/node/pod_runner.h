#ifndef KAITO_STANDALONE_NODE_POD_RUNNER_H_
#define KAITO_STANDALONE_NODE_POD_RUNNER_H_

// PodRunner: one pod of this node: starts and stops its containers as PlanPod
// says, keeps its record, and reports its status. One thread calls it (the
// pod's worker, pod_worker.h; tests); it holds no lock and starts no thread.
//
//   PodRunner runner(node, pod, callbacks, stop);
//   runner.Recover();
//   while (true) {
//     const PodRunner::Next next = runner.Sync(TakeInbox());
//     if (next.finished) break;
//     WaitUntil(next.wake);
//   }

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/api/core/container.h"
#include "kaito/api/core/pod.h"
#include "kaito/base/clock/steady_time.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/standalone/node/container_process.h"
#include "kaito/standalone/node/container_starter.h"
#include "kaito/standalone/node/node_context.h"
#include "kaito/standalone/node/pod_directory.h"
#include "kaito/standalone/node/pod_plan.h"
#include "kaito/standalone/node/pod_record.h"
#include "kaito/standalone/node/probe_board.h"

namespace kaito::standalone {

struct ContainerExit {
  ContainerRef container;
  int64_t run = 0;
};

// What has happened since the last Sync().
struct PodInbox {
  std::optional<api::Pod> pod;  // As the API server has it now.
  bool removed = false;         // The API server has it no more.
  bool shut_down = false;       // The agent ends, and its pods with it.
  std::vector<ContainerExit> exits;
  std::vector<ProbeAnswer> answers;
};

// Called from other threads, also after the runner is gone.
struct PodCallbacks {
  std::function<void(ContainerExit)> on_exit;
  std::function<void(ProbeAnswer)> on_answer;
};

class PodRunner {
 public:
  struct Next {
    SteadyTime wake;        // Sync() again then, or when something happens.
    bool finished = false;  // Nothing is left to do for this pod, ever.
  };

  PodRunner(const NodeContext& node, api::Pod pod, PodDirectory dir,
            PodCallbacks callbacks, const StopToken& stop);

  // Takes up what an earlier agent left: adopts containers that run, and learns
  // how those that don't have ended. Before the first Sync().
  absl::Status Recover();

  Next Sync(PodInbox inbox);

 private:
  // A container that runs.
  struct Running {
    ContainerRef container;
    ContainerProcess process;
    bool stopping = false;
    SteadyTime kill_at = SteadyTime::InfiniteFuture();
    bool killed = false;
  };

  ContainerRecord& RecordOf(ContainerRef ref);
  const api::Container& SpecOf(ContainerRef ref) const;
  Running* FindRunning(ContainerRef ref);

  void TakePod(api::Pod pod);
  void OnExit(const ContainerExit& exit);
  void OnAnswer(const ProbeAnswer& answer);
  void RecordExitOf(ContainerRef ref);
  absl::Status RecoverContainer(ContainerRef ref);

  bool Deleting() const { return pod_.metadata.deletion_timestamp.has_value(); }
  bool MustEnd() const;
  void CheckDeadline();
  bool Prepare();
  void StartOne(ContainerRef ref);
  void CannotStart(ContainerRef ref, absl::string_view reason,
                   const absl::Status& status);
  void Track(ContainerRef ref, ContainerProcess process);
  void AddProbes(ContainerRef ref);
  void StopOne(Running& running, absl::Duration grace);
  absl::Duration Grace() const;
  void KillOverdue();
  absl::Status Save();
  bool Report(bool ended);  // False: try again.
  bool Finish();
  SteadyTime WakeTime(const PodActions& actions) const;
  void Event(absl::string_view type, absl::string_view reason,
             absl::string_view message) const;

  const NodeContext& node_;
  const StopToken stop_;
  const PodDirectory dir_;
  const PodCallbacks callbacks_;
  const ContainerStarter starter_;
  ProbeBoard probes_;

  api::Pod pod_;
  PodRecord record_;
  std::string saved_;  // The record as it is on the disk.
  std::vector<Running> running_;
  bool removed_ = false;
  bool shut_down_ = false;
  bool prepared_ = false;      // By this agent: directory and address.
  bool was_terminal_ = false;  // When the agent first saw it.
  SteadyTime retry_at_ = SteadyTime::InfiniteFuture();
};

}  // namespace kaito::standalone

#endif  // KAITO_STANDALONE_NODE_POD_RUNNER_H_
