#include "kaito/standalone/workloads/workloads.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "kaito/api/core/deployment.h"
#include "kaito/api/core/endpoints.h"
#include "kaito/api/core/job.h"
#include "kaito/api/core/node.h"
#include "kaito/api/core/pod.h"
#include "kaito/api/core/service.h"
#include "kaito/api/meta/gvk.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/kube/cache/object_cache.h"
#include "kaito/kube/cache/object_store.h"
#include "kaito/kube/client/api_client.h"
#include "kaito/kube/queue/controller.h"
#include "kaito/kube/queue/enqueue.h"
#include "kaito/kube/queue/reconcile.h"
#include "kaito/standalone/network/network.h"
#include "kaito/standalone/node/pod_events.h"
#include "kaito/standalone/workloads/deployment_controller.h"
#include "kaito/standalone/workloads/endpoints_controller.h"
#include "kaito/standalone/workloads/job_controller.h"
#include "kaito/standalone/workloads/replica_sets.h"
#include "kaito/standalone/workloads/scheduler.h"
#include "kaito/standalone/workloads/service_controller.h"

namespace kaito::standalone {
namespace {

// The caches only say what has changed; the controllers read live.
absl::StatusOr<std::shared_ptr<const void>> Nothing(const json::Cursor&) {
  return std::shared_ptr<const void>();
}

class LocalWorkloads final : public Workloads {
 public:
  LocalWorkloads(kube::ApiClient& client, Clock& clock, Network& network,
                 const StopToken& stop)
      : client_(client),
        clock_(clock),
        stop_(stop),
        events_(client, clock, "kaito-workloads", "", stop_.token()),
        service_controller_(client, network, events_) {}

  ~LocalWorkloads() override {
    (void)stop_.RequestStop();
    // The caches put keys into the queues: they end first.
    for (const auto& cache : caches_) cache->Stop();
    controllers_.clear();
  }

  absl::Status Start() {
    kube::ObjectCache& jobs = Watch(api::Job::kKind);
    kube::ObjectCache& deployments = Watch(api::Deployment::kKind);
    kube::ObjectCache& sets = Watch(kReplicaSetKind);
    kube::ObjectCache& pods = Watch(api::Pod::kKind);
    kube::ObjectCache& services = Watch(api::Service::kKind);
    kube::ObjectCache& endpoints = Watch(api::Endpoints::kKind);
    kube::ObjectCache& nodes = Watch(api::Node::kKind);

    using Key = kube::ObjectKey;
    kube::Controller& job =
        Run("job", [this](const Key& key, const StopToken& stop) {
          return ReconcileJob(client_, clock_, key, stop);
        });
    Enqueue(jobs, job.queue());
    Enqueue(pods, job.queue(),
            {.map = kube::ToController(api::Job::kKind.gvk())});

    kube::Controller& deployment =
        Run("deployment", [this](const Key& key, const StopToken& stop) {
          return ReconcileDeployment(client_, clock_, key, stop);
        });
    Enqueue(deployments, deployment.queue());
    Enqueue(sets, deployment.queue(),
            {.map = kube::ToController(api::Deployment::kKind.gvk())});

    kube::Controller& set =
        Run("replicaset", [this](const Key& key, const StopToken& stop) {
          return ReconcileReplicaSet(client_, key, stop);
        });
    Enqueue(sets, set.queue());
    Enqueue(pods, set.queue(),
            {.map = kube::ToController(kReplicaSetKind.gvk())});

    kube::Controller& endpoint =
        Run("endpoints", [this](const Key& key, const StopToken& stop) {
          return ReconcileEndpoints(client_, key, stop);
        });
    Enqueue(services, endpoint.queue());
    // Any Service of the namespace may select the pod.
    Enqueue(pods, endpoint.queue(),
            {.map = [&services](const kube::CachedObject& pod) {
              return KeysOf(services, pod.summary.key.ns);
            }});

    kube::Controller& service =
        Run("service", [this](const Key& key, const StopToken& stop) {
          return service_controller_.Reconcile(key, stop);
        });
    Enqueue(services, service.queue());
    Enqueue(endpoints, service.queue());

    kube::Controller& scheduler =
        Run("scheduler", [this](const Key& key, const StopToken& stop) {
          return SchedulePod(client_, clock_, key, stop);
        });
    Enqueue(pods, scheduler.queue());
    Enqueue(nodes, scheduler.queue(),
            {.map = [&pods](const kube::CachedObject&) {
              return KeysOf(pods, "");
            }});

    for (const auto& cache : caches_) {
      KAITO_RETURN_IF_ERROR(cache->Start(stop_.token()));
    }
    for (const auto& cache : caches_) {
      KAITO_RETURN_IF_ERROR(cache->AwaitSync(stop_.token()));
    }
    for (const auto& controller : controllers_) {
      KAITO_RETURN_IF_ERROR(controller->Start(stop_.token()));
    }
    return absl::OkStatus();
  }

 private:
  static std::vector<kube::ObjectKey> KeysOf(const kube::ObjectCache& cache,
                                             const std::string& ns) {
    std::vector<kube::ObjectKey> keys;
    for (const kube::ObjectPtr& object : cache.store().List(ns)) {
      keys.push_back(object->summary.key);
    }
    return keys;
  }

  kube::ObjectCache& Watch(const api::KindInfo& kind) {
    caches_.push_back(std::make_unique<kube::ObjectCache>(
        clock_, client_, kube::CacheOptions{.gvr = kind.gvr()}, Nothing));
    return *caches_.back();
  }
  kube::Controller& Run(const std::string& name, kube::Reconcile reconcile) {
    controllers_.push_back(std::make_unique<kube::Controller>(
        clock_, kube::ControllerOptions{.name = name}, std::move(reconcile)));
    return *controllers_.back();
  }

  kube::ApiClient& client_;
  Clock& clock_;
  StopSource stop_;
  PodEvents events_;
  ServiceController service_controller_;
  std::vector<std::unique_ptr<kube::ObjectCache>> caches_;
  std::vector<std::unique_ptr<kube::Controller>> controllers_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Workloads>> StartWorkloads(
    kube::ApiClient& client, Clock& clock, Network& network,
    const StopToken& stop) {
  auto workloads =
      std::make_unique<LocalWorkloads>(client, clock, network, stop);
  KAITO_RETURN_IF_ERROR(workloads->Start());
  return std::unique_ptr<Workloads>(std::move(workloads));
}

}  // namespace kaito::standalone
