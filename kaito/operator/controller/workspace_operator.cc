#include "kaito/operator/controller/workspace_operator.h"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/api/meta/gvk.h"
#include "kaito/api/workspace/names.h"
#include "kaito/api/workspace/workspace.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/http/message.h"
#include "kaito/base/http/response_writer.h"
#include "kaito/base/http/router.h"
#include "kaito/base/http/server.h"
#include "kaito/base/http/server_options.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/sync/mutex.h"
#include "kaito/base/sync/notification.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/base/sync/thread_annotations.h"
#include "kaito/base/thread/thread.h"
#include "kaito/kube/client/api_client.h"
#include "kaito/kube/events/event_recorder.h"
#include "kaito/kube/leader/leader_elector.h"
#include "kaito/kube/metrics/registry.h"
#include "kaito/kube/queue/controller.h"
#include "kaito/kube/queue/reconcile.h"
#include "kaito/kube/queue/work_queue.h"
#include "kaito/operator/apply/applier.h"
#include "kaito/operator/controller/event_sink.h"
#include "kaito/operator/controller/reconciler.h"
#include "kaito/operator/observe/cluster_cache.h"
#include "kaito/operator/observe/cluster_index.h"
#include "kaito/operator/presets/catalog.h"
#include "kaito/operator/render/claim.h"
#include "kaito/operator/render/settings.h"

namespace kaito::controller {
namespace {

// Of one round: some requests; a server that hangs must not hold a worker.
constexpr absl::Duration kReconcileTimeout = absl::Minutes(2);
// A round that asks to be run again at once.
constexpr absl::Duration kAtOnce = absl::Milliseconds(1);

class RecordingSink final : public EventSink {
 public:
  explicit RecordingSink(kube::EventRecorder& recorder) : recorder_(recorder) {}

  void Emit(const api::Workspace& workspace, const Event& event) override {
    recorder_.Record(
        {.target = {.api_version = workspace.api_version,
                    .kind = std::string(api::kWorkspaceKind),
                    .ns = workspace.metadata.ns,
                    .name = workspace.metadata.name,
                    .uid = workspace.metadata.uid,
                    .resource_version = workspace.metadata.resource_version},
         .warning = event.is_warning,
         .reason = event.reason,
         .message = event.message});
  }

 private:
  kube::EventRecorder& recorder_;
};

class Running final : public WorkspaceOperator {
 public:
  Running(const OperatorOptions& options, kube::ApiClient& client, Clock& clock)
      : options_(options),
        clock_(clock),
        recorder_(clock, client,
                  {.component = std::string(kFieldManager),
                   .instance = options.instance,
                   .metrics = &metrics_}),
        sink_(recorder_),
        cache_(clock, client,
               {.claims = ClaimsOf(options.reconciler.observer.settings),
                .metrics = &metrics_}),
        reconciler_(clock, client, ReconcilerOptionsOf(options)),
        controller_(clock,
                    {.name = "workspace",
                     .workers = options.workers,
                     .reconcile_timeout = kReconcileTimeout,
                     .metrics = &metrics_},
                    [this](const kube::ObjectKey& key, const StopToken& stop) {
                      return RunOne(key, stop);
                    }) {}

  ~Running() override { Stop(); }

  absl::Status Start(const StopToken& stop) {
    cache_.EnqueueInto(controller_.queue());
    AddMetrics();
    if (options_.http_port >= 0) KAITO_RETURN_IF_ERROR(Serve());
    KAITO_RETURN_IF_ERROR(recorder_.Start(stop));
    if (options_.election.client == nullptr) return Lead(stop);
    election_stop_ = StopSource(stop);
    KAITO_ASSIGN_OR_RETURN(
        election_, Thread::Start("election", [this] { RunElection(); }));
    return absl::OkStatus();
  }

  int http_port() const override {
    return server_ == nullptr ? 0 : server_->port();
  }

  bool leading() const override { return leading_.load(); }

  bool ready() const override { return !leading() || cache_.synced(); }

  absl::Status Wait(const StopToken& stop) override {
    const StopCallback wake = stop.OnStop([this] {
      MutexLock lock(mutex_);
      changed_.NotifyAll();
    });
    MutexLock lock(mutex_);
    while (!lost_ && !stop.stopped()) changed_.Wait(mutex_);
    return lost_.value_or(absl::OkStatus());
  }

  void Stop() override {
    if (stopped_) return;
    stopped_ = true;
    if (server_ != nullptr) server_->Stop(absl::ZeroDuration());
    StopWork();
    // After the last write: then another copy may begin.
    election_stop_.RequestStop();
    election_.Join();
    cache_.Stop();
    recorder_.Stop();
  }

 private:
  // The caches begin with the lease: what an earlier leader wrote is in them.
  absl::Status Lead(const StopToken& stop) {
    leading_.store(true);
    KAITO_RETURN_IF_ERROR(cache_.Start(stop));
    return controller_.Start(stop);
  }

  void StopWork() {
    // Whoever comes second waits until it is done.
    std::call_once(work_stopped_, [this] {
      controller_.Stop(kube::WorkQueue::Pending::kDiscard);
    });
  }

  void RunElection() {
    kube::LeaderElector elector(clock_, *options_.election.client,
                                {.lease = options_.election.lease,
                                 .identity = options_.election.identity,
                                 .metrics = &metrics_});
    absl::Status status = elector.Run(
        [this](const StopToken& leading) {
          KAITO_RETURN_IF_ERROR(Lead(leading));
          Notification over;
          const StopCallback callback =
              leading.OnStop([&over] { over.Notify(); });
          over.Wait();
          StopWork();
          return absl::OkStatus();
        },
        election_stop_.token());
    leading_.store(false);
    MutexLock lock(mutex_);
    lost_ = std::move(status);
    changed_.NotifyAll();
  }

  static const api::KindInfo* ClaimsOf(const Settings& settings) {
    return settings.node_auto_provisioning ? &ClaimKindInfo(settings.claim_kind)
                                           : nullptr;
  }

  ReconcilerOptions ReconcilerOptionsOf(const OperatorOptions& options) {
    ReconcilerOptions reconciler = options.reconciler;
    if (reconciler.events == nullptr) reconciler.events = &sink_;
    reconciler.cache = &cache_;
    return reconciler;
  }

  void AddMetrics() {
    for (const Phase phase : {Phase::kSucceeded, Phase::kError, Phase::kPending,
                              Phase::kDeleting}) {
      metrics_.AddGaugeFunction(
          "kaito_workspace_count", "Workspaces by phase.",
          {{"phase", std::string(PhaseText(phase))}}, [this, phase] {
            return static_cast<double>(cache_.CountPhase(phase));
          });
    }
    const Catalog* catalog = options_.reconciler.catalog;
    for (const std::string& name :
         (catalog != nullptr ? *catalog : BuiltInCatalog()).Names()) {
      metrics_.AddGaugeFunction(
          "kaito_workspace_preset_count", "Workspaces by preset.",
          {{"preset_name", name}}, [this, name] {
            return static_cast<double>(cache_.CountPreset(name));
          });
    }
  }

  absl::Status Serve() {
    http::Router router;
    const auto add = [&](absl::string_view path, auto answer) {
      return router.Add(
          "GET", path,
          [answer](const http::RoutedRequest&, http::ResponseWriter& writer) {
            // Cancelled: the client has gone.
            writer.Send(answer()).IgnoreError();
          });
    };
    KAITO_RETURN_IF_ERROR(add("/healthz", [] {
      return http::Response{.code = 200, .body = "ok\n"};
    }));
    KAITO_RETURN_IF_ERROR(add("/readyz", [this] {
      return ready() ? http::Response{.code = 200, .body = "ok\n"}
                     : http::Response{.code = 503,
                                      .body = "first lists are not read\n"};
    }));
    KAITO_RETURN_IF_ERROR(add("/metrics", [this] {
      return http::Response{
          .code = 200,
          .headers = {{"Content-Type", "text/plain; version=0.0.4"}},
          .body = metrics_.Text()};
    }));
    KAITO_ASSIGN_OR_RETURN(
        server_,
        http::Server::Start(clock_,
                            {.address = options_.http_address,
                             .port = static_cast<int>(options_.http_port),
                             .worker_threads = 1},
                            std::move(router).AsHandler()));
    return absl::OkStatus();
  }

  absl::StatusOr<kube::ReconcileResult> RunOne(const kube::ObjectKey& key,
                                               const StopToken& stop) {
    // A cache that is half full would make wrong plans.
    KAITO_RETURN_IF_ERROR(cache_.AwaitSync(stop));
    KAITO_ASSIGN_OR_RETURN(const absl::Duration again,
                           reconciler_.Reconcile(key, stop));
    if (again == absl::InfiniteDuration()) return kube::ReconcileResult{};
    return kube::ReconcileResult{.requeue_after = std::max(again, kAtOnce)};
  }

  const OperatorOptions options_;
  Clock& clock_;
  kube::MetricRegistry metrics_;
  kube::EventRecorder recorder_;
  RecordingSink sink_;
  ClusterCache cache_;
  Reconciler reconciler_;
  kube::Controller controller_;
  std::unique_ptr<http::Server> server_;
  std::once_flag work_stopped_;
  std::atomic<bool> leading_ = false;
  bool stopped_ = false;

  Mutex mutex_;
  CondVar changed_;
  // How the election ended.
  std::optional<absl::Status> lost_ KAITO_GUARDED_BY(mutex_);

  StopSource election_stop_;
  Thread election_;  // Last: it uses all of the above.
};

}  // namespace

absl::StatusOr<std::unique_ptr<WorkspaceOperator>> StartOperator(
    const OperatorOptions& options, kube::ApiClient& client, Clock& clock,
    const StopToken& stop) {
  auto running = std::make_unique<Running>(options, client, clock);
  KAITO_RETURN_IF_ERROR(running->Start(stop));
  return std::unique_ptr<WorkspaceOperator>(std::move(running));
}

}  // namespace kaito::controller
