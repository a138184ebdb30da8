#include "kaito/standalone/node/pod_plan.h"

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/api/core/pod_spec.h"
#include "kaito/base/backoff/backoff.h"
#include "kaito/base/clock/steady_time.h"
#include "kaito/standalone/node/pod_record.h"

namespace kaito::standalone {
namespace {

using State = ContainerRecord::State;

bool Done(const ContainerRecord& record) {
  return record.state == State::kExited && record.last.has_value() &&
         record.last->exit_code == 0;
}

bool AnyRuns(const std::vector<ContainerRecord>& records) {
  return std::any_of(records.begin(), records.end(), [](const auto& record) {
    return record.state == State::kRunning;
  });
}

// Starts it, or says when.
void StartInTime(ContainerRef ref, const ContainerRecord& record,
                 SteadyTime now, PodActions& actions) {
  if (record.not_before <= now) {
    actions.start.push_back(ref);
  } else {
    actions.wake = std::min(actions.wake, record.not_before);
  }
}

PodActions End(const PodRecord& record) {
  PodActions actions;
  const auto stop = [&actions](const std::vector<ContainerRecord>& records,
                               bool init) {
    for (size_t i = 0; i < records.size(); ++i) {
      if (records[i].state == State::kRunning) {
        actions.stop.push_back({init, static_cast<int64_t>(i)});
      }
    }
  };
  stop(record.init_containers, true);
  stop(record.containers, false);
  actions.ended = actions.stop.empty();
  return actions;
}

// Returns whether the others may start.
bool PlanInit(const api::PodSpec& spec, const PodRecord& record, SteadyTime now,
              PodActions& actions) {
  if (record.initialized) return true;
  for (size_t i = 0; i < record.init_containers.size(); ++i) {
    const ContainerRecord& container = record.init_containers[i];
    if (Done(container)) continue;
    if (container.state == State::kExited &&
        !RunsAgain(spec.restart_policy, true, container)) {
      actions.ended = true;
    } else if (container.state != State::kRunning) {
      StartInTime({true, static_cast<int64_t>(i)}, container, now, actions);
    }
    return false;
  }
  actions.initialized = true;
  return true;
}

}  // namespace

bool RunsAgain(absl::string_view restart_policy, bool init,
               const ContainerRecord& record) {
  const bool failed = !record.last.has_value() || record.last->exit_code != 0;
  if (restart_policy == "Never") return false;
  if (restart_policy == "OnFailure" || init) return failed;
  return true;  // Always.
}

PodActions PlanPod(const api::PodSpec& spec, const PodRecord& record,
                   bool must_end, SteadyTime now) {
  if (must_end) return End(record);
  PodActions actions;
  if (!PlanInit(spec, record, now, actions)) return actions;
  bool all_ended = true;
  for (size_t i = 0; i < record.containers.size(); ++i) {
    const ContainerRecord& container = record.containers[i];
    if (container.state == State::kExited &&
        !RunsAgain(spec.restart_policy, false, container)) {
      continue;
    }
    all_ended = false;
    if (container.state != State::kRunning) {
      StartInTime({false, static_cast<int64_t>(i)}, container, now, actions);
    }
  }
  actions.ended = all_ended && !AnyRuns(record.init_containers);
  return actions;
}

void RecordEnd(const Termination& end, SteadyTime now,
               ContainerRecord& record) {
  if (end.finished_at - end.started_at >= kCrashBackoff.reset_after) {
    record.failures = 0;
  }
  const absl::Duration delay =
      record.failures == 0 ? absl::ZeroDuration()
                           : DelayAfter(kCrashBackoff, record.failures - 1);
  ++record.failures;
  record.state = State::kExited;
  record.previous = std::exchange(record.last, end);
  record.started = false;
  record.ready = false;
  record.not_before = now + delay;
}

}  // namespace kaito::standalone
