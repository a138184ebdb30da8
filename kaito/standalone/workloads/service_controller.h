#ifndef KAITO_STANDALONE_WORKLOADS_SERVICE_CONTROLLER_H_
#define KAITO_STANDALONE_WORKLOADS_SERVICE_CONTROLLER_H_

// The Service controller: gives Services their addresses, and lets the
// forwarder listen there for what their Endpoints say.

#include <map>
#include <set>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/api/core/service.h"
#include "kaito/base/json/value.h"
#include "kaito/base/sync/mutex.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/base/sync/thread_annotations.h"
#include "kaito/kube/client/api_client.h"
#include "kaito/kube/queue/reconcile.h"
#include "kaito/standalone/network/forwarder.h"
#include "kaito/standalone/network/network.h"
#include "kaito/standalone/node/pod_events.h"

namespace kaito::standalone {

// Where a Service's ports really are, for those that couldn't be bound:
// "80=34567".
inline constexpr absl::string_view kPortsAnnotation =
    "standalone.kaito.sh/ports";

class ServiceController {
 public:
  // All outlive it.
  ServiceController(kube::ApiClient& client, Network& network,
                    PodEvents& events)
      : client_(client), network_(network), events_(events) {}

  absl::StatusOr<kube::ReconcileResult> Reconcile(const kube::ObjectKey& key,
                                                  const StopToken& stop);

 private:
  // What was set up for a Service.
  struct Served {
    std::string uid;
    std::set<ForwardAddress> listening;
  };

  // Takes down what is no longer wanted.
  void Keep(const kube::ObjectKey& key, const std::string& uid,
            const std::set<ForwardAddress>& wanted) KAITO_EXCLUDES(mutex_);
  absl::StatusOr<std::string> Address(const api::Service& service,
                                      const StopToken& stop);
  absl::Status TellPorts(const api::Service& service, const std::string& moved,
                         const StopToken& stop);

  kube::ApiClient& client_;
  Network& network_;
  PodEvents& events_;
  Mutex mutex_;
  std::map<kube::ObjectKey, Served> served_ KAITO_GUARDED_BY(mutex_);
};

}  // namespace kaito::standalone

#endif  // KAITO_STANDALONE_WORKLOADS_SERVICE_CONTROLLER_H_
