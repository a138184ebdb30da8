#ifndef KAITO_STANDALONE_NODE_POD_PLAN_H_
#define KAITO_STANDALONE_NODE_POD_PLAN_H_

// PlanPod: what is to be done next about a pod's containers, by the rules of
// kubelets: init containers one after the other, then the others; restarts by
// the pod's policy, with a back-off. Pure; the worker (pod_worker.h) does it,
// changes the record, and asks again.

#include <cstdint>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/api/core/pod_spec.h"
#include "kaito/base/clock/steady_time.h"
#include "kaito/standalone/node/pod_record.h"

namespace kaito::standalone {

// One of a pod's containers, in its spec and in its record.
struct ContainerRef {
  bool init = false;
  int64_t index = 0;

  bool operator==(const ContainerRef& other) const = default;
};

struct PodActions {
  std::vector<ContainerRef> start;
  std::vector<ContainerRef> stop;
  bool initialized = false;  // The init containers have just been done.
  bool ended = false;        // All have stopped, and none runs again.
  SteadyTime wake = SteadyTime::InfiniteFuture();  // When to ask again.
};

// `must_end`: the pod is being deleted, or has failed as a whole.
PodActions PlanPod(const api::PodSpec& spec, const PodRecord& record,
                   bool must_end, SteadyTime now);

// Whether a container whose last run ended so runs again.
bool RunsAgain(absl::string_view restart_policy, bool init,
               const ContainerRecord& record);

// A run has ended at `now`: the record with its end, and with the time from
// which it may run again: at once after the first end, then 10 s, doubling to 5
// minutes; after a run of 10 minutes from the start.
void RecordEnd(const Termination& end, SteadyTime now, ContainerRecord& record);

}  // namespace kaito::standalone

#endif  // KAITO_STANDALONE_NODE_POD_PLAN_H_
