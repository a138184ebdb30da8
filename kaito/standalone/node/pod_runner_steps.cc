// The steps of PodRunner that act: on processes, the disk, the API server.
#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

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
#include "kaito/base/file/directory.h"
#include "kaito/base/file/write_file.h"
#include "kaito/base/log/log.h"
#include "kaito/standalone/node/container_process.h"
#include "kaito/standalone/node/exit_watcher.h"
#include "kaito/standalone/node/node_context.h"
#include "kaito/standalone/node/pod_api.h"
#include "kaito/standalone/node/pod_plan.h"
#include "kaito/standalone/node/pod_record.h"
#include "kaito/standalone/node/pod_runner.h"
#include "kaito/standalone/node/pod_status.h"
#include "kaito/standalone/node/probe_board.h"
#include "kaito/standalone/node/process_plan.h"

namespace kaito::standalone {
namespace {

using State = ContainerRecord::State;

// The API's default for terminationGracePeriodSeconds.
constexpr int64_t kDefaultGraceSeconds = 30;

// How long pods may take when the agent itself ends: a tuning job writes a
// checkpoint, and people wait.
constexpr absl::Duration kShutdownGrace = absl::Seconds(20);

// Until a ConfigMap or Secret that was missing is looked for again.
constexpr absl::Duration kConfigRetry = absl::Seconds(5);

constexpr absl::Duration kPrepareRetry = absl::Seconds(5);

// Runs whose files are kept: the last one and the one before it, for
// `kubectl logs --previous`.
constexpr int64_t kKeptRuns = 2;

}  // namespace

bool PodRunner::Prepare() {
  if (prepared_) return true;
  absl::Status status = MakeDirs(dir_.path(), 0700);
  if (status.ok()) {
    absl::StatusOr<std::string> ip = node_.acquire_ip(record_.uid, record_.ip);
    status = ip.status();
    if (ip.ok()) {
      if (record_.ip.empty()) record_.start_time = node_.clock.Now();
      record_.ip = *std::move(ip);
      prepared_ = true;
      return true;
    }
  }
  KAITO_LOG(WARNING, "can't prepare a pod",
            {{"pod", record_.name}, {"error", status}});
  Event(api::kEventWarning, "FailedCreatePodSandBox", status.message());
  retry_at_ = node_.clock.NowSteady() + kPrepareRetry;
  return false;
}

void PodRunner::StartOne(ContainerRef ref) {
  const api::Container& spec = SpecOf(ref);
  ContainerRecord& record = RecordOf(ref);
  const int64_t run = record.attempt + 1;
  std::string reason;
  const absl::StatusOr<ProcessPlan> plan =
      starter_.Plan(pod_, spec, record_.ip, run, reason);
  if (!plan.ok()) return CannotStart(ref, reason, plan.status());
  // The number is on the disk before the process is: the next agent finds it.
  record.attempt = run;
  const absl::Status saved = Save();
  if (!saved.ok()) return CannotStart(ref, "RunContainerError", saved);
  absl::StatusOr<ContainerProcess> process =
      starter_.Start(spec, *plan, run, reason);
  if (!process.ok()) return CannotStart(ref, reason, process.status());
  if (record.state == State::kExited) ++record.restart_count;
  (void)RemoveAll(dir_.RunDir(spec.name, run - kKeptRuns));
  Track(ref, *std::move(process));
  probes_.Add(ref, run, spec, starter_.Target(spec, *plan, record_.ip));
  Event(api::kEventNormal, "Started",
        absl::StrCat("started container ", spec.name));
}

void PodRunner::CannotStart(ContainerRef ref, absl::string_view reason,
                            const absl::Status& status) {
  ContainerRecord& record = RecordOf(ref);
  const std::string message(status.message());
  const bool news =
      record.waiting_reason != reason || record.waiting_message != message;
  record.waiting_reason = std::string(reason);
  record.waiting_message = message;
  const absl::Duration pause =
      reason == "CreateContainerConfigError"
          ? kConfigRetry
          : DelayAfter(kCrashBackoff, record.start_failures);
  ++record.start_failures;
  record.not_before = node_.clock.NowSteady() + pause;
  if (!news) return;
  KAITO_LOG(WARNING, "can't start a container",
            {{"pod", record_.name},
             {"container", record.name},
             {"reason", reason},
             {"error", status}});
  Event(api::kEventWarning, "Failed", absl::StrCat(reason, ": ", message));
}

void PodRunner::Track(ContainerRef ref, ContainerProcess process) {
  ContainerRecord& record = RecordOf(ref);
  const api::Container& spec = SpecOf(ref);
  record.state = State::kRunning;
  record.started_at = process.started_at();
  record.waiting_reason.clear();
  record.waiting_message.clear();
  record.start_failures = 0;
  record.started = !spec.startup_probe.has_value();
  record.ready = record.started && !spec.readiness_probe.has_value();
  node_.watcher.Watch(process.pid_fd(), [on_exit = callbacks_.on_exit, ref,
                                         run = record.attempt] {
    on_exit({ref, run});
  });
  running_.push_back({.container = ref, .process = std::move(process)});
}

void PodRunner::AddProbes(ContainerRef ref) {
  const api::Container& spec = SpecOf(ref);
  if (!spec.startup_probe && !spec.readiness_probe && !spec.liveness_probe) {
    return;
  }
  std::string reason;
  const int64_t run = RecordOf(ref).attempt;
  const absl::StatusOr<ProcessPlan> plan =
      starter_.Plan(pod_, spec, record_.ip, run, reason);
  // Without a plan only exec probes lack something.
  probes_.Add(
      ref, run, spec,
      starter_.Target(spec, plan.ok() ? *plan : ProcessPlan(), record_.ip));
}

void PodRunner::StopOne(Running& running, absl::Duration grace) {
  const SteadyTime kill_at = node_.clock.NowSteady() + grace;
  if (!running.stopping) {
    running.stopping = true;
    const absl::Status status = running.process.Terminate();
    if (!status.ok()) {
      KAITO_LOG(WARNING, "can't signal a container",
                {{"pod", record_.name}, {"error", status}});
    }
    if (!shut_down_) {
      Event(api::kEventNormal, "Killing",
            absl::StrCat("stopping container ",
                         RecordOf(running.container).name));
    }
  }
  running.kill_at = std::min(running.kill_at, kill_at);
}

absl::Duration PodRunner::Grace() const {
  if (removed_) return absl::ZeroDuration();
  const absl::Duration grace =
      absl::Seconds(pod_.spec.termination_grace_period_seconds.value_or(
          kDefaultGraceSeconds));
  if (Deleting()) {
    return pod_.metadata.deletion_grace_period_seconds
               ? absl::Seconds(*pod_.metadata.deletion_grace_period_seconds)
               : grace;
  }
  return shut_down_ ? std::min(grace, kShutdownGrace) : grace;
}

void PodRunner::KillOverdue() {
  const SteadyTime now = node_.clock.NowSteady();
  for (Running& running : running_) {
    if (running.killed || running.kill_at > now) continue;
    running.killed = running.process.Kill().ok();
  }
}

absl::Status PodRunner::Save() {
  std::string text = FormatPodRecord(record_);
  if (text == saved_) return absl::OkStatus();
  // Nothing has happened to the pod yet, so there is no directory.
  if (record_.ip.empty()) return absl::OkStatus();
  absl::Status status =
      WriteFileAtomic(dir_.RecordFile(), text, {.mode = 0600});
  if (status.ok()) saved_ = std::move(text);
  return status;
}

bool PodRunner::Report(bool ended) {
  api::PodStatus status = MakePodStatus(
      pod_, record_,
      {.host_ip = node_.host_ip, .now = node_.clock.Now(), .ended = ended});
  if (pod_.status && status == *pod_.status) return true;
  const absl::Status written =
      WritePodStatus(node_.client, pod_, status, stop_);
  if (written.ok()) {
    pod_.status = std::move(status);
    return true;
  }
  if (stop_.stopped()) return true;
  // Its place was taken, or it is gone: its processes must not go on.
  if (absl::IsNotFound(written) || absl::IsAborted(written)) removed_ = true;
  KAITO_LOG(WARNING, "can't write the status of a pod",
            {{"pod", record_.name}, {"error", written}});
  return false;
}

bool PodRunner::Finish() {
  absl::Status status =
      removed_ ? absl::OkStatus() : FinishDeletion(node_.client, pod_, stop_);
  if (status.ok()) status = RemoveAll(dir_.path());
  if (!status.ok()) {
    KAITO_LOG(WARNING, "can't finish the deletion of a pod",
              {{"pod", record_.name}, {"error", status}});
    return false;
  }
  node_.release_ip(record_.uid);
  return true;
}

}  // namespace kaito::standalone
