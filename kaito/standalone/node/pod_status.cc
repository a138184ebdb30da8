#include "kaito/standalone/node/pod_status.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/api/core/container.h"
#include "kaito/api/core/pod.h"
#include "kaito/api/core/pod_spec.h"
#include "kaito/api/meta/condition.h"
#include "kaito/api/meta/time.h"
#include "kaito/standalone/node/pod_plan.h"
#include "kaito/standalone/node/pod_record.h"

namespace kaito::standalone {
namespace {

using State = ContainerRecord::State;

api::ContainerStateTerminated Terminated(const PodRecord& pod,
                                         const ContainerRecord& container,
                                         const Termination& end) {
  return {.exit_code = end.exit_code,
          .signal = end.signal,
          .reason = end.reason,
          .message = end.message,
          .started_at = api::Timestamp{end.started_at},
          .finished_at = api::Timestamp{end.finished_at},
          .container_id = ContainerId(pod, container, end.attempt)};
}

// Of one that does not run now.
api::ContainerStateWaiting Waiting(const ContainerRecord& container,
                                   bool init_pending) {
  if (!container.waiting_reason.empty()) {
    return {.reason = container.waiting_reason,
            .message = container.waiting_message};
  }
  if (container.state == State::kExited) {
    // The text must not change by itself as time goes by.
    return {.reason = "CrashLoopBackOff",
            .message = absl::StrCat("the container ", container.name, " ended ",
                                    container.failures,
                                    " times in a row: it starts again after a "
                                    "pause that grows to 5m")};
  }
  return {.reason = init_pending ? "PodInitializing" : "ContainerCreating"};
}

api::ContainerStatus StatusOf(const api::Pod& pod, const PodRecord& record,
                              const api::Container& spec,
                              const ContainerRecord& container, bool init,
                              const StatusFacts& facts) {
  api::ContainerStatus status = {
      .name = container.name,
      .restart_count = container.restart_count,
      .image = spec.image,
      .image_id = absl::StrCat("local://", spec.image)};
  if (container.attempt > 0) {
    status.container_id = ContainerId(record, container, container.attempt);
  }
  const bool again =
      !facts.ended && RunsAgain(pod.spec.restart_policy, init, container);
  switch (container.state) {
    case State::kRunning:
      status.state.running = {.started_at =
                                  api::Timestamp{container.started_at}};
      break;
    case State::kExited:
      if (!again && container.last) {
        status.state.terminated =
            Terminated(record, container, *container.last);
      } else {
        status.state.waiting = Waiting(container, false);
      }
      break;
    case State::kWaiting:
      status.state.waiting = Waiting(container, !init && !record.initialized);
      break;
  }
  const std::optional<Termination>& before =
      status.state.terminated ? container.previous : container.last;
  if (before) {
    status.last_state.terminated = Terminated(record, container, *before);
  }
  status.started = container.state == State::kRunning && container.started;
  if (init) {
    // An init container is ready once it is done.
    status.ready = status.state.terminated.has_value() &&
                   status.state.terminated->exit_code == 0;
  } else {
    status.ready = container.state == State::kRunning && container.ready;
  }
  return status;
}

bool Failed(const std::vector<ContainerRecord>& containers) {
  return std::any_of(containers.begin(), containers.end(),
                     [](const ContainerRecord& container) {
                       return container.state != State::kExited ||
                              !container.last || container.last->exit_code != 0;
                     });
}

std::string PhaseOf(const api::Pod& pod, const PodRecord& record,
                    const StatusFacts& facts) {
  if (pod.status && api::IsPodTerminal(pod)) return pod.status->phase;
  if (facts.ended) {
    const bool failed = !record.failed_reason.empty() ||
                        Failed(record.containers) ||
                        (!record.initialized && Failed(record.init_containers));
    return std::string(failed ? api::pod_phase::kFailed
                              : api::pod_phase::kSucceeded);
  }
  if (!record.initialized) return std::string(api::pod_phase::kPending);
  const bool some_never_ran = std::any_of(
      record.containers.begin(), record.containers.end(),
      [](const ContainerRecord& container) {
        return container.state == State::kWaiting && !container.last;
      });
  return std::string(some_never_ran ? api::pod_phase::kPending
                                    : api::pod_phase::kRunning);
}

// Sets a condition; its time stays where its status does.
void Set(std::vector<api::PodCondition>& conditions, absl::string_view type,
         bool holds, absl::string_view reason, absl::string_view message,
         absl::Time now) {
  api::PodCondition condition = {.type = std::string(type),
                                 .status = holds ? api::ConditionStatus::kTrue
                                                 : api::ConditionStatus::kFalse,
                                 .reason = std::string(holds ? "" : reason),
                                 .message = std::string(holds ? "" : message),
                                 .last_transition_time = api::Timestamp{now}};
  for (api::PodCondition& old : conditions) {
    if (old.type != type) continue;
    if (old.status == condition.status) {
      condition.last_transition_time = old.last_transition_time;
    }
    old = std::move(condition);
    return;
  }
  conditions.push_back(std::move(condition));
}

bool GatesHold(const api::Pod& pod) {
  for (const api::PodReadinessGate& gate : pod.spec.readiness_gates) {
    const api::PodCondition* condition =
        api::FindPodCondition(pod, gate.condition_type);
    if (condition == nullptr ||
        condition->status != api::ConditionStatus::kTrue) {
      return false;
    }
  }
  return true;
}

void SetConditions(const api::Pod& pod, const PodRecord& record,
                   const StatusFacts& facts, api::PodStatus& status) {
  std::vector<std::string> uninitialized;
  for (const api::ContainerStatus& one : status.init_container_statuses) {
    if (!one.ready) uninitialized.push_back(one.name);
  }
  std::vector<std::string> unready;
  for (const api::ContainerStatus& one : status.container_statuses) {
    if (!one.ready) unready.push_back(one.name);
  }
  const bool initialized = record.initialized || uninitialized.empty();
  const bool succeeded = status.phase == api::pod_phase::kSucceeded;
  const bool containers_ready = unready.empty();
  const std::string not_ready = absl::StrCat(
      "containers with unready status: [", absl::StrJoin(unready, " "), "]");
  const std::string reason = succeeded ? "PodCompleted" : "ContainersNotReady";
  Set(status.conditions, api::pod_condition::kScheduled, true, "", "",
      facts.now);
  Set(status.conditions, api::pod_condition::kInitialized, initialized,
      "ContainersNotInitialized",
      absl::StrCat("containers with incomplete status: [",
                   absl::StrJoin(uninitialized, " "), "]"),
      facts.now);
  Set(status.conditions, api::pod_condition::kContainersReady, containers_ready,
      reason, succeeded ? "" : not_ready, facts.now);
  const bool gates = GatesHold(pod);
  Set(status.conditions, api::pod_condition::kReady, containers_ready && gates,
      containers_ready ? "ReadinessGatesNotReady" : reason,
      succeeded || containers_ready ? "" : not_ready, facts.now);
}

}  // namespace

std::string ContainerId(const PodRecord& pod, const ContainerRecord& container,
                        int64_t attempt) {
  return absl::StrCat("local://", pod.uid, "/", container.name, "/", attempt);
}

api::PodStatus MakePodStatus(const api::Pod& pod, const PodRecord& record,
                             const StatusFacts& facts) {
  api::PodStatus status = pod.status.value_or(api::PodStatus());
  status.phase = PhaseOf(pod, record, facts);
  status.host_ip = facts.host_ip;
  status.pod_ip = record.ip;
  status.pod_ips.clear();
  if (!record.ip.empty()) status.pod_ips = {{.ip = record.ip}};
  status.start_time = api::Timestamp{record.start_time};
  const bool failed = status.phase == api::pod_phase::kFailed;
  status.reason = failed ? record.failed_reason : "";
  status.message = failed ? record.failed_message : "";
  status.init_container_statuses.clear();
  for (size_t i = 0; i < record.init_containers.size(); ++i) {
    status.init_container_statuses.push_back(
        StatusOf(pod, record, pod.spec.init_containers[i],
                 record.init_containers[i], true, facts));
  }
  status.container_statuses.clear();
  for (size_t i = 0; i < record.containers.size(); ++i) {
    status.container_statuses.push_back(
        StatusOf(pod, record, pod.spec.containers[i], record.containers[i],
                 false, facts));
  }
  SetConditions(pod, record, facts, status);
  return status;
}

}  // namespace kaito::standalone
