#ifndef KAITO_STANDALONE_NODE_PROBE_BOARD_H_
#define KAITO_STANDALONE_NODE_PROBE_BOARD_H_

// ProbeBoard: the probes of one pod's running containers: which are due, what
// their answers mean. Part of the pod's runner (pod_runner.h), on its thread;
// the asking is done on a pool's threads, since answers take time.

#include <cstdint>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "kaito/api/core/container.h"
#include "kaito/api/core/probe.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/clock/steady_time.h"
#include "kaito/base/http/client.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/base/thread/thread_pool.h"
#include "kaito/standalone/node/pod_plan.h"
#include "kaito/standalone/node/probe.h"

namespace kaito::standalone {

enum class ProbeKind { kStartup, kReadiness, kLiveness };

struct ProbeAnswer {
  ContainerRef container;
  int64_t run = 0;
  ProbeKind kind = ProbeKind::kStartup;
  absl::Status status;
};

class ProbeBoard {
 public:
  // `deliver` gets the answers, on the pool's threads, also after this object
  // is gone.
  ProbeBoard(Clock& clock, http::Client& client, ThreadPool& pool,
             std::function<void(ProbeAnswer)> deliver, StopToken stop)
      : clock_(clock),
        client_(client),
        pool_(pool),
        deliver_(std::move(deliver)),
        stop_(std::move(stop)) {}

  // A run has started.
  void Add(ContainerRef container, int64_t run, const api::Container& spec,
           ProbeTarget target);
  void Remove(ContainerRef container);

  // Asks what is due. Liveness and readiness wait for the start-up probe.
  void AskDue();
  SteadyTime next() const;

  // What an answer means for its probe; undecided for runs that are gone.
  ProbeState::Outcome Finish(const ProbeAnswer& answer);

 private:
  struct Entry {
    ContainerRef container;
    int64_t run = 0;
    ProbeKind kind = ProbeKind::kStartup;
    api::Probe probe;
    ProbeState state;
    // Shared with the tasks that ask, which may outlive the entry.
    std::shared_ptr<const ProbeTarget> target;
  };

  bool Gated(const Entry& entry) const;

  Clock& clock_;
  http::Client& client_;
  ThreadPool& pool_;
  const std::function<void(ProbeAnswer)> deliver_;
  const StopToken stop_;
  std::vector<Entry> entries_;
};

}  // namespace kaito::standalone

#endif  // KAITO_STANDALONE_NODE_PROBE_BOARD_H_
