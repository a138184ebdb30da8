#ifndef KAITO_KUBE_QUEUE_CONTROLLER_H_
#define KAITO_KUBE_QUEUE_CONTROLLER_H_

// Controller: workers that take keys from a queue and reconcile them.
//
//   Controller controller(clock, {.name = "workspace", .workers = 4},
//                         [&](const ObjectKey& key, const StopToken& stop) {
//                           return reconciler.Reconcile(key, stop);
//                         });
//   Enqueue(workspaces.core(), controller.queue());      // enqueue.h
//   KAITO_RETURN_IF_ERROR(controller.Start(stop));       // Caches are synced.
//   ...
//   controller.Stop(WorkQueue::Pending::kDiscard);

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "kaito/base/backoff/backoff.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/base/thread/thread.h"
#include "kaito/kube/client/api_client.h"
#include "kaito/kube/metrics/registry.h"
#include "kaito/kube/queue/reconcile.h"
#include "kaito/kube/queue/work_queue.h"

namespace kaito::kube {

struct ControllerOptions {
  std::string name;
  int64_t workers = 1;
  // Of one run; its token then stops.
  absl::Duration reconcile_timeout = absl::InfiniteDuration();
  BackoffOptions backoff = kItemBackoff;
  RetryOptions retry;
  MetricRegistry* metrics = nullptr;  // Outlives the controller.
};

class Controller {
 public:
  // `clock` outlives it.
  Controller(Clock& clock, ControllerOptions options, Reconcile reconcile);
  // Stop(kDiscard).
  ~Controller();

  WorkQueue& queue() { return queue_; }
  const std::string& name() const { return options_.name; }

  // Reconciles until Stop(), or at once no more when `stop` stops: then the
  // tokens of running reconciles stop too.
  absl::Status Start(const StopToken& stop);

  // Takes no more keys, or runs those that wait, and returns when the workers
  // have ended. Their tokens go on, so that they finish what they began.
  void Stop(WorkQueue::Pending pending);

 private:
  struct Metrics;

  void Work(const StopToken& stop);
  void RunOne(const ObjectKey& key, const StopToken& stop);
  void Conclude(const ObjectKey& key, int64_t run,
                const absl::StatusOr<ReconcileResult>& outcome);

  Clock& clock_;
  const ControllerOptions options_;
  const Reconcile reconcile_;
  const std::unique_ptr<Metrics> metrics_;
  WorkQueue queue_;
  std::atomic<int64_t> last_run_ = 0;
  std::vector<Thread> workers_;
};

}  // namespace kaito::kube

#endif  // KAITO_KUBE_QUEUE_CONTROLLER_H_
