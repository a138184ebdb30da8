#include "kaito/kube/queue/controller.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/clock/steady_time.h"
#include "kaito/base/log/log.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/base/thread/thread.h"
#include "kaito/kube/client/api_client.h"
#include "kaito/kube/metrics/registry.h"
#include "kaito/kube/queue/reconcile.h"
#include "kaito/kube/queue/work_queue.h"

namespace kaito::kube {
namespace {

Counter& Total(MetricRegistry& registry, const std::string& name,
               const char* result) {
  return registry.AddCounter("controller_runtime_reconcile_total",
                             "Reconciles by result.",
                             {{"controller", name}, {"result", result}});
}

}  // namespace

// controller-runtime's names, for its dashboards. Panics stay 0: we don't catch
// what we don't throw.
struct Controller::Metrics {
  Metrics(MetricRegistry& registry, const std::string& name, int64_t workers)
      : labels{{"controller", name}},
        success(Total(registry, name, "success")),
        error(Total(registry, name, "error")),
        requeue_after(Total(registry, name, "requeue_after")),
        errors(registry.AddCounter("controller_runtime_reconcile_errors_total",
                                   "Failed reconciles.", labels)),
        terminal(registry.AddCounter(
            "controller_runtime_terminal_reconcile_errors_total",
            "Reconciles that failed for good.", labels)),
        timeouts(
            registry.AddCounter("controller_runtime_reconcile_timeouts_total",
                                "Reconciles that took too long.", labels)),
        seconds(registry.AddHistogram(
            "controller_runtime_reconcile_time_seconds",
            "How long reconciles take.", ReconcileBuckets(), labels)),
        active(registry.AddGauge("controller_runtime_active_workers",
                                 "Workers that reconcile.", labels)) {
    Total(registry, name, "requeue");
    registry.AddCounter("controller_runtime_reconcile_panics_total",
                        "Reconciles that crashed.", labels);
    registry
        .AddGauge("controller_runtime_max_concurrent_reconciles", "Workers.",
                  labels)
        .Set(static_cast<double>(workers));
  }

  MetricRegistry::Labels labels;
  Counter& success;
  Counter& error;
  Counter& requeue_after;
  Counter& errors;
  Counter& terminal;
  Counter& timeouts;
  Histogram& seconds;
  Gauge& active;
};

Controller::Controller(Clock& clock, ControllerOptions options,
                       Reconcile reconcile)
    : clock_(clock),
      options_(std::move(options)),
      reconcile_(std::move(reconcile)),
      metrics_(options_.metrics == nullptr
                   ? nullptr
                   : std::make_unique<Metrics>(*options_.metrics, options_.name,
                                               options_.workers)),
      queue_(clock, {.name = options_.name,
                     .backoff = options_.backoff,
                     .metrics = options_.metrics}) {}

Controller::~Controller() { Stop(WorkQueue::Pending::kDiscard); }

absl::Status Controller::Start(const StopToken& stop) {
  for (int64_t i = 0; i < options_.workers; ++i) {
    KAITO_ASSIGN_OR_RETURN(Thread worker,
                           Thread::Start(absl::StrCat("r/", options_.name),
                                         [this, stop] { Work(stop); }));
    workers_.push_back(std::move(worker));
  }
  return absl::OkStatus();
}

void Controller::Stop(WorkQueue::Pending pending) {
  queue_.ShutDown(pending);
  workers_.clear();  // Joins.
}

void Controller::Work(const StopToken& stop) {
  while (const std::optional<ObjectKey> key = queue_.Get(stop)) {
    RunOne(*key, stop);
    queue_.Done(*key);
  }
}

void Controller::RunOne(const ObjectKey& key, const StopToken& stop) {
  const int64_t run = ++last_run_;
  const SteadyTime begun = clock_.NowSteady();
  if (metrics_ != nullptr) metrics_->active.Add(1);
  absl::StatusOr<ReconcileResult> outcome;
  bool timed_out = false;
  if (options_.reconcile_timeout == absl::InfiniteDuration()) {
    outcome = reconcile_(key, stop);
  } else {
    const StopSource limit(stop, clock_, begun + options_.reconcile_timeout);
    outcome = reconcile_(key, limit.token());
    timed_out = !outcome.ok() && limit.token().stopped() && !stop.stopped();
  }
  if (metrics_ != nullptr) {
    metrics_->active.Add(-1);
    metrics_->seconds.Observe(
        absl::ToDoubleSeconds(clock_.NowSteady() - begun));
    if (timed_out) metrics_->timeouts.Increment();
  }
  // What was asked to end says nothing about the object.
  if (!outcome.ok() && stop.stopped()) return;
  Conclude(key, run, outcome);
}

void Controller::Conclude(const ObjectKey& key, int64_t run,
                          const absl::StatusOr<ReconcileResult>& outcome) {
  const AfterReconcile after = DecideAfter(outcome, options_.retry);
  if (!outcome.ok()) {
    KAITO_LOG(WARNING, "reconcile failed",
              {{"controller", options_.name},
               {"namespace", key.ns},
               {"name", key.name},
               {"run", run},
               {"error", outcome.status()}});
  }
  switch (after.action) {
    case AfterReconcile::Action::kForget:
    case AfterReconcile::Action::kGiveUp:
      queue_.Forget(key);
      break;
    case AfterReconcile::Action::kAfter:
      queue_.Forget(key);
      queue_.AddAfter(key, after.delay);
      break;
    case AfterReconcile::Action::kBackoff:
      queue_.AddRateLimited(key);
      break;
  }
  if (metrics_ == nullptr) return;
  if (!outcome.ok()) {
    metrics_->error.Increment();
    metrics_->errors.Increment();
    if (after.action == AfterReconcile::Action::kGiveUp) {
      metrics_->terminal.Increment();
    }
  } else if (after.action == AfterReconcile::Action::kAfter) {
    metrics_->requeue_after.Increment();
  } else {
    metrics_->success.Increment();
  }
}

}  // namespace kaito::kube
