#ifndef KAITO_OPERATOR_OBSERVE_OBSERVER_H_
#define KAITO_OPERATOR_OBSERVE_OBSERVER_H_

// Observer: reads what planning has to know of the cluster about one Workspace.
// Reads only; what is absent is absent in the Snapshot, and any other failure
// ends the observation, since half a picture makes wrong plans.
//
//   Observer observer(client, {.settings = settings});
//   KAITO_ASSIGN_OR_RETURN(const Snapshot snapshot,
//                          observer.Observe(workspace, reader, stop));

#include <functional>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/api/workspace/workspace.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/kube/client/api_client.h"
#include "kaito/operator/observe/cluster_reader.h"
#include "kaito/operator/plan/snapshot.h"
#include "kaito/operator/render/settings.h"

namespace kaito::controller {

struct ObserverOptions {
  Settings settings;
  // Where weights of a preset may lie on this machine; null: nowhere.
  std::function<LocalWeights(absl::string_view preset)> find_weights;
};

// Thread-safe.
class Observer {
 public:
  // `client` outlives it.
  Observer(kube::ApiClient& client, ObserverOptions options)
      : client_(client), options_(std::move(options)) {}

  // `workspace` has its defaults. Secrets, ConfigMaps and logs are read from
  // the server whatever the reader.
  absl::StatusOr<Snapshot> Observe(const api::Workspace& workspace,
                                   const ClusterReader& reader,
                                   const StopToken& stop) const;
  // Only what a deletion has to know, from the server.
  absl::StatusOr<Snapshot> ObserveRemains(const api::Workspace& workspace,
                                          const StopToken& stop) const;

 private:
  kube::ApiClient& client_;
  const ObserverOptions options_;
};

}  // namespace kaito::controller

#endif  // KAITO_OPERATOR_OBSERVE_OBSERVER_H_
