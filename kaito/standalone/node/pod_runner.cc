#include "kaito/standalone/node/pod_runner.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/api/core/container.h"
#include "kaito/api/core/event.h"
#include "kaito/api/core/pod.h"
#include "kaito/base/backoff/backoff.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/clock/steady_time.h"
#include "kaito/base/file/read_file.h"
#include "kaito/base/log/log.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/standalone/node/container_files.h"
#include "kaito/standalone/node/container_process.h"
#include "kaito/standalone/node/node_context.h"
#include "kaito/standalone/node/pod_directory.h"
#include "kaito/standalone/node/pod_plan.h"
#include "kaito/standalone/node/pod_record.h"
#include "kaito/standalone/node/probe.h"
#include "kaito/standalone/node/probe_board.h"
#include "kaito/standalone/node/termination_message.h"

namespace kaito::standalone {
namespace {

using State = ContainerRecord::State;

constexpr int64_t kMaxRecordBytes = int64_t{4} << 20;

// Between two tries of what the API server or the disk refused.
constexpr absl::Duration kRetryInterval = absl::Seconds(2);

// What the exit code of a lost run is, as kubelets report it.
constexpr int kLostExitCode = 137;

}  // namespace

PodRunner::PodRunner(const NodeContext& node, api::Pod pod, PodDirectory dir,
                     PodCallbacks callbacks, const StopToken& stop)
    : node_(node),
      stop_(stop),
      dir_(std::move(dir)),
      callbacks_(std::move(callbacks)),
      starter_(node, dir_, stop),
      probes_(node.clock, node.probe_client, node.probe_pool,
              callbacks_.on_answer, stop),
      pod_(std::move(pod)),
      record_(NewPodRecord(pod_.metadata.uid, pod_.metadata.ns,
                           pod_.metadata.name, pod_.spec)),
      was_terminal_(api::IsPodTerminal(pod_)) {}

ContainerRecord& PodRunner::RecordOf(ContainerRef ref) {
  return (ref.init ? record_.init_containers
                   : record_.containers)[static_cast<size_t>(ref.index)];
}

const api::Container& PodRunner::SpecOf(ContainerRef ref) const {
  return (ref.init ? pod_.spec.init_containers
                   : pod_.spec.containers)[static_cast<size_t>(ref.index)];
}

PodRunner::Running* PodRunner::FindRunning(ContainerRef ref) {
  for (Running& running : running_) {
    if (running.container == ref) return &running;
  }
  return nullptr;
}

void PodRunner::Event(absl::string_view type, absl::string_view reason,
                      absl::string_view message) const {
  node_.event(pod_, type, reason, message);
}

absl::Status PodRunner::Recover() {
  const absl::StatusOr<std::string> text =
      ReadFile(dir_.RecordFile(), kMaxRecordBytes);
  if (absl::IsNotFound(text.status())) return absl::OkStatus();
  KAITO_RETURN_IF_ERROR(text.status());
  KAITO_ASSIGN_OR_RETURN(PodRecord record, ParsePodRecord(*text));
  if (!Fits(record, pod_.spec) || record.uid != pod_.metadata.uid) {
    return absl::DataLossError(
        absl::StrCat(dir_.RecordFile(), ": is not of the pod ",
                     pod_.metadata.ns, "/", pod_.metadata.name));
  }
  record_ = std::move(record);
  saved_ = *text;
  for (size_t i = 0; i < record_.init_containers.size(); ++i) {
    KAITO_RETURN_IF_ERROR(RecoverContainer({true, static_cast<int64_t>(i)}));
  }
  for (size_t i = 0; i < record_.containers.size(); ++i) {
    KAITO_RETURN_IF_ERROR(RecoverContainer({false, static_cast<int64_t>(i)}));
  }
  return absl::OkStatus();
}

absl::Status PodRunner::RecoverContainer(ContainerRef ref) {
  ContainerRecord& record = RecordOf(ref);
  const SteadyTime now = node_.clock.NowSteady();
  if (record.state == State::kExited && record.last && record.failures > 1) {
    // The rest of the pause that the other agent had begun.
    const absl::Duration pause = DelayAfter(kCrashBackoff, record.failures - 2);
    const absl::Duration gone = node_.clock.Now() - record.last->finished_at;
    record.not_before =
        now + std::clamp(pause - gone, absl::ZeroDuration(), pause);
  }
  // Also one that was about to start when the other agent ended.
  if (record.attempt == 0) return absl::OkStatus();
  const std::string dir = dir_.RunDir(SpecOf(ref).name, record.attempt);
  KAITO_ASSIGN_OR_RETURN(std::optional<ContainerProcess> process,
                         FindContainer(dir, node_.clock, stop_));
  if (process.has_value()) {
    record.interrupted = false;
    Track(ref, *std::move(process));
    AddProbes(ref);
    KAITO_LOG(INFO, "adopted a container",
              {{"pod", record_.name}, {"container", record.name}});
    return absl::OkStatus();
  }
  if (record.state != State::kRunning) return absl::OkStatus();
  if (!ReadFile(absl::StrCat(dir, "/", kStartedFile), kMaxRecordBytes).ok()) {
    record.state = record.last ? State::kExited : State::kWaiting;
    return absl::OkStatus();  // It never began.
  }
  RecordExitOf(ref);
  return absl::OkStatus();
}

void PodRunner::RecordExitOf(ContainerRef ref) {
  ContainerRecord& record = RecordOf(ref);
  const std::string dir = dir_.RunDir(SpecOf(ref).name, record.attempt);
  const absl::StatusOr<ExitRecord> exit = ReadExit(dir);
  if (record.interrupted) {
    record.interrupted = false;
    record.state = State::kWaiting;
    record.started = record.ready = false;
    return;
  }
  Termination end = {.started_at = record.started_at,
                     .attempt = record.attempt};
  if (exit.ok()) {
    end.exit_code = exit->exit_code;
    end.signal = exit->signal;
    end.started_at = exit->started_at;
    end.finished_at = exit->finished_at;
    end.reason = exit->exit_code == 0 ? "Completed" : "Error";
    end.message = TerminationMessage(
        dir, SpecOf(ref).termination_message_policy, exit->exit_code != 0);
  } else {
    end.exit_code = kLostExitCode;
    end.finished_at = node_.clock.Now();
    end.reason = "ContainerStatusUnknown";
    end.message =
        "the container is gone, and nobody saw how it ended: the machine went "
        "down, or its supervisor was killed";
  }
  RecordEnd(end, node_.clock.NowSteady(), record);
}

void PodRunner::TakePod(api::Pod pod) {
  if (pod.metadata.uid != pod_.metadata.uid) {
    removed_ = true;  // Another pod of this name.
    return;
  }
  // Of the status, what others wrote is taken; what the agent writes it knows
  // better than a watch that may be late.
  std::optional<api::PodStatus> status = std::move(pod_.status);
  if (status && pod.status) {
    for (const api::PodCondition& condition : pod.status->conditions) {
      if (condition.type == api::pod_condition::kInitialized ||
          condition.type == api::pod_condition::kContainersReady ||
          condition.type == api::pod_condition::kReady) {
        continue;
      }
      bool known = false;
      for (api::PodCondition& old : status->conditions) {
        if (old.type != condition.type) continue;
        old = condition;
        known = true;
      }
      if (!known) status->conditions.push_back(condition);
    }
  }
  const bool had_status = status.has_value();
  if (!had_status) status = std::move(pod.status);
  // The containers of a pod never change, but their images may: a new image
  // is used at the next start.
  if (Fits(record_, pod.spec)) pod_ = std::move(pod);
  pod_.status = std::move(status);
}

void PodRunner::OnExit(const ContainerExit& exit) {
  ContainerRecord& record = RecordOf(exit.container);
  if (record.state != State::kRunning || record.attempt != exit.run) return;
  if (shut_down_ && FindRunning(exit.container) != nullptr) {
    record.interrupted = true;
  }
  RecordExitOf(exit.container);
  probes_.Remove(exit.container);
  running_.erase(std::remove_if(running_.begin(), running_.end(),
                                [&exit](const Running& running) {
                                  return running.container == exit.container;
                                }),
                 running_.end());
  if (record.state == State::kExited && record.last->exit_code != 0 &&
      !MustEnd() &&
      RunsAgain(pod_.spec.restart_policy, exit.container.init, record)) {
    Event(api::kEventWarning, "BackOff",
          absl::StrCat("container ", record.name, " ended with exit code ",
                       record.last->exit_code, " and is started again"));
  }
}

void PodRunner::OnAnswer(const ProbeAnswer& answer) {
  ContainerRecord& record = RecordOf(answer.container);
  Running* running = FindRunning(answer.container);
  if (running == nullptr || record.attempt != answer.run) return;
  const ProbeState::Outcome outcome = probes_.Finish(answer);
  if (outcome == ProbeState::Outcome::kUndecided) return;
  const bool passed = outcome == ProbeState::Outcome::kPassed;
  if (answer.kind == ProbeKind::kReadiness) {
    if (record.ready && !passed) {
      Event(api::kEventWarning, "Unhealthy",
            absl::StrCat("readiness: ", answer.status.message()));
    }
    record.ready = passed;
    return;
  }
  if (passed) {
    record.started = true;
    if (!SpecOf(answer.container).readiness_probe) record.ready = true;
    return;
  }
  if (running->stopping) return;
  Event(
      api::kEventWarning, "Unhealthy",
      absl::StrCat(
          answer.kind == ProbeKind::kStartup ? "start-up: " : "liveness: ",
          answer.status.message(), "; container ", record.name, " is stopped"));
  StopOne(*running, Grace());
}

bool PodRunner::MustEnd() const {
  return removed_ || shut_down_ || was_terminal_ || Deleting() ||
         !record_.failed_reason.empty();
}

void PodRunner::CheckDeadline() {
  if (!pod_.spec.active_deadline_seconds || !record_.failed_reason.empty() ||
      record_.ip.empty()) {
    return;
  }
  const absl::Duration limit =
      absl::Seconds(*pod_.spec.active_deadline_seconds);
  if (node_.clock.Now() - record_.start_time < limit) return;
  record_.failed_reason = "DeadlineExceeded";
  record_.failed_message =
      absl::StrCat("the pod ran for longer than its activeDeadlineSeconds, ",
                   *pod_.spec.active_deadline_seconds);
}

PodRunner::Next PodRunner::Sync(PodInbox inbox) {
  if (inbox.pod) TakePod(*std::move(inbox.pod));
  removed_ = removed_ || inbox.removed;
  shut_down_ = shut_down_ || inbox.shut_down;
  for (const ContainerExit& exit : inbox.exits) OnExit(exit);
  for (const ProbeAnswer& answer : inbox.answers) OnAnswer(answer);
  CheckDeadline();

  retry_at_ = SteadyTime::InfiniteFuture();
  PodActions actions;
  while (true) {
    actions = PlanPod(pod_.spec, record_, MustEnd(), node_.clock.NowSteady());
    if (actions.initialized) record_.initialized = true;
    if (actions.start.empty() || !Prepare()) break;
    for (const ContainerRef ref : actions.start) StartOne(ref);
  }
  for (const ContainerRef ref : actions.stop) {
    if (Running* running = FindRunning(ref)) StopOne(*running, Grace());
  }
  KillOverdue();
  const absl::Status saved = Save();
  if (!saved.ok()) {
    KAITO_LOG(WARNING, "can't keep the record of a pod",
              {{"pod", record_.name}, {"error", saved}});
    retry_at_ = node_.clock.NowSteady() + kRetryInterval;
  }
  if (MustEnd()) {
    for (const ContainerRef ref : actions.stop) probes_.Remove(ref);
  }
  probes_.AskDue();
  const bool ended = actions.ended && running_.empty();
  if (shut_down_) return {WakeTime(actions), ended};
  if (!was_terminal_ && !removed_ && !Report(ended)) {
    retry_at_ = node_.clock.NowSteady() + kRetryInterval;
  }
  if (ended && (Deleting() || removed_)) {
    if (Finish()) return {SteadyTime::InfiniteFuture(), true};
    retry_at_ = node_.clock.NowSteady() + kRetryInterval;
  }
  return {WakeTime(actions), false};
}

SteadyTime PodRunner::WakeTime(const PodActions& actions) const {
  SteadyTime wake = std::min({actions.wake, retry_at_, probes_.next()});
  for (const Running& running : running_) {
    if (!running.killed) wake = std::min(wake, running.kill_at);
  }
  if (pod_.spec.active_deadline_seconds && !MustEnd()) {
    wake =
        std::min(wake, node_.clock.NowSteady() +
                           (record_.start_time +
                            absl::Seconds(*pod_.spec.active_deadline_seconds) -
                            node_.clock.Now()));
  }
  return wake;
}

}  // namespace kaito::standalone
