#include "kaito/provisioner/controller/provisioner.h"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/api/core/node.h"
#include "kaito/base/backoff/backoff.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/kube/cache/object_cache.h"
#include "kaito/kube/cache/object_index.h"
#include "kaito/kube/cache/object_store.h"
#include "kaito/kube/client/api_client.h"
#include "kaito/kube/events/event_recorder.h"
#include "kaito/kube/queue/controller.h"
#include "kaito/kube/queue/enqueue.h"
#include "kaito/kube/queue/event_filter.h"
#include "kaito/kube/queue/reconcile.h"
#include "kaito/kube/queue/work_queue.h"
#include "kaito/provisioner/controller/claim_reconciler.h"
#include "kaito/provisioner/lifecycle/claim.h"
#include "kaito/provisioner/types/provider.h"

namespace kaito::provisioner {
namespace {

// gpu-provisioner's: a cloud's mistakes are not mended in milliseconds.
constexpr BackoffOptions kClaimBackoff = {
    .initial = absl::Seconds(1), .factor = 2, .cap = absl::Minutes(1)};

// Objects are read live; the caches say when.
absl::StatusOr<std::shared_ptr<const void>> KeepNothing(const json::Cursor&) {
  return std::shared_ptr<const void>();
}

// All that concerns one kind of claim.
class ClaimRunner {
 public:
  ClaimRunner(ClaimKind kind, const ClaimContext& context,
              const ProvisionerOptions& options)
      : reconciler_(kind, context),
        cache_(
            context.clock, context.client,
            {.gvr = KindOf(kind).gvr(),
             .indexes = {{"node", kube::IndexByField({"status", "nodeName"})},
                         {"instance",
                          kube::IndexByField({"status", "providerID"})}},
             .metrics = options.metrics},
            KeepNothing),
        controller_(context.clock,
                    {.name = std::string(KindOf(kind).plural),
                     .workers = options.workers,
                     .backoff = kClaimBackoff,
                     .metrics = options.metrics},
                    [this](const kube::ObjectKey& key, const StopToken& stop) {
                      return reconciler_.Reconcile(key, stop);
                    }) {
    kube::Enqueue(cache_, controller_.queue(),
                  {.filter = kube::VersionChanged()});
  }

  // A node has changed: so may its claims.
  void OnNode(const kube::ObjectKey& node, absl::string_view provider_id) {
    for (const auto& [index, value] :
         {std::pair<absl::string_view, absl::string_view>{"node", node.name},
          {"instance", provider_id}}) {
      if (value.empty()) continue;
      for (const kube::ObjectPtr& claim :
           cache_.store().ByIndex(cache_.IndexOf(index), value)) {
        controller_.queue().Add(claim->summary.key);
      }
    }
  }

  absl::Status Start(const StopToken& stop) {
    KAITO_RETURN_IF_ERROR(cache_.Start(stop));
    return controller_.Start(stop);
  }
  void Stop() {
    controller_.Stop(kube::WorkQueue::Pending::kDiscard);
    cache_.Stop();
  }
  bool synced() const { return cache_.synced(); }

 private:
  ClaimReconciler reconciler_;
  kube::ObjectCache cache_;
  kube::Controller controller_;
};

class RunningProvisioner final : public Provisioner {
 public:
  RunningProvisioner(kube::ApiClient& client, Provider& provider, Clock& clock,
                     const ProvisionerOptions& options, const StopToken& stop)
      : stop_(stop),
        clock_(clock),
        options_(options),
        client_(client),
        provider_(provider),
        events_(clock, client,
                {.component = "kaito-provisioner",
                 .instance = options.instance,
                 .metrics = options.metrics}),
        machines_(ClaimKind::kMachine, Context(), options),
        node_claims_(ClaimKind::kNodeClaim, Context(), options),
        nodes_(clock, client,
               {.gvr = api::Node::kKind.gvr(),
                .indexes = {{"instance",
                             kube::IndexByField({"spec", "providerID"})}},
                .metrics = options.metrics},
               KeepNothing),
        sweeper_(
            clock,
            {.name = "claims-sweep",
             .retry = {.precondition = options.sweep, .slow = options.sweep},
             .metrics = options.metrics},
            [this](const kube::ObjectKey&, const StopToken& token) {
              return SweepOnce(token);
            }) {
    nodes_.OnChange(
        [this](const kube::ObjectChange& change) { OnNode(change); });
  }

  ~RunningProvisioner() override {
    stop_.RequestStop();
    sweeper_.Stop(kube::WorkQueue::Pending::kDiscard);
    nodes_.Stop();
    machines_.Stop();
    node_claims_.Stop();
    events_.Stop();
  }

  absl::Status Start() {
    const StopToken stop = stop_.token();
    KAITO_RETURN_IF_ERROR(events_.Start(stop));
    KAITO_RETURN_IF_ERROR(machines_.Start(stop));
    KAITO_RETURN_IF_ERROR(node_claims_.Start(stop));
    KAITO_RETURN_IF_ERROR(nodes_.Start(stop));
    sweeper_.queue().AddAfter({"", "sweep"}, options_.sweep);
    return sweeper_.Start(stop);
  }

  // A server may lack NodeClaims.
  bool synced() const override { return nodes_.synced() && machines_.synced(); }

 private:
  ClaimContext Context() {
    return {.client = client_,
            .clock = clock_,
            .provider = provider_,
            .events = events_,
            .timeouts = options_.timeouts};
  }

  void OnNode(const kube::ObjectChange& change) {
    const kube::ObjectPtr& node =
        change.after != nullptr ? change.after : change.before;
    const auto& values = node->index_values[0];
    const std::string provider_id = values.empty() ? "" : values[0];
    machines_.OnNode(change.key(), provider_id);
    node_claims_.OnNode(change.key(), provider_id);
  }

  absl::StatusOr<kube::ReconcileResult> SweepOnce(const StopToken& stop) {
    KAITO_RETURN_IF_ERROR(Sweep(client_, provider_, clock_.Now(),
                                options_.leaked_after, suspects_, stop));
    return kube::ReconcileResult{.requeue_after = options_.sweep};
  }

  StopSource stop_;
  Clock& clock_;
  const ProvisionerOptions options_;
  kube::ApiClient& client_;
  Provider& provider_;
  kube::EventRecorder events_;
  ClaimRunner machines_;
  ClaimRunner node_claims_;
  kube::ObjectCache nodes_;
  std::map<std::string, int64_t> suspects_;  // The sweeper's one worker's.
  kube::Controller sweeper_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Provisioner>> StartProvisioner(
    kube::ApiClient& client, Provider& provider, Clock& clock,
    const ProvisionerOptions& options, const StopToken& stop) {
  auto provisioner = std::make_unique<RunningProvisioner>(client, provider,
                                                          clock, options, stop);
  KAITO_RETURN_IF_ERROR(provisioner->Start());
  return provisioner;
}

}  // namespace kaito::provisioner
