#ifndef KAITO_STANDALONE_APISERVER_SERVER_API_SERVER_H_
#define KAITO_STANDALONE_APISERVER_SERVER_API_SERVER_H_

// A Kubernetes API server for one machine: unmodified kubectl and controllers
// speak to it over TLS, its objects live in a file. For standalone mode and, as
// a fake that is no kinder than the real one, for tests of controllers.
//
//   KAITO_ASSIGN_OR_RETURN(
//       const std::unique_ptr<ApiServer> server,
//       ApiServer::Start(clock, {.data_dir = dir,
//                                .definitions = {api::WorkspaceCrd({})}}));
//   setenv("KUBECONFIG", server->kubeconfig_path().c_str(), 1);
//
// It listens on loopback and lets in who shows a certificate of its authority.
// Never a cluster: no scheduler, no controllers of workloads, no RBAC.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/json/value.h"
#include "kaito/standalone/apiserver/resource/resource_definition.h"
#include "kaito/standalone/apiserver/rest/service_address.h"
#include "kaito/standalone/apiserver/server/credentials.h"
#include "kaito/standalone/apiserver/server/fault_injector.h"
#include "kaito/standalone/apiserver/server/pod_logs.h"
#include "kaito/standalone/apiserver/store/store.h"
#include "kaito/standalone/apiserver/watch/watch_hub.h"

namespace kaito::apiserver {

struct ApiServerOptions {
  // Exists; mode 0700 is the caller's business. Holds the store, the authority
  // and the kubeconfig.
  std::string data_dir;
  std::string address = "127.0.0.1";
  int port = 0;  // 0: any free one.

  // CustomResourceDefinitions that are there from the start; stored ones of the
  // same name are brought up to date.
  std::vector<json::Value> definitions;
  // By the definition's name, "workspaces.kaito.sh".
  std::map<std::string, ResourceHooks> hooks;
  // Of Services' addresses; asked for once the data directory is this process's.
  // Null: ServiceRange's own.
  std::function<absl::StatusOr<ServiceRange>()> service_range;
  PodLogs pod_logs;      // Null: logs answer 501.
  PodAttach pod_attach;  // Null: so does attach.

  StoreOptions store;
  WatchHubOptions watches;
  // For tests of clients; outlives the server. Null: it behaves.
  FaultInjector* faults = nullptr;
  // For tests that want the same uids each time.
  std::optional<uint64_t> id_seed;
};

class ApiServer {
 public:
  // Serves when it returns. FailedPrecondition where another process uses the
  // data directory.
  static absl::StatusOr<std::unique_ptr<ApiServer>> Start(
      Clock& clock, ApiServerOptions options);
  // Stop(0).
  virtual ~ApiServer() = default;

  virtual int port() const = 0;
  virtual std::string url() const = 0;
  // In the data directory, mode 0600.
  virtual std::string kubeconfig_path() const = 0;
  virtual const Credentials& credentials() const = 0;

  // Lets requests finish for at most `patience`; watches end at once.
  virtual void Stop(absl::Duration patience) = 0;
};

}  // namespace kaito::apiserver

#endif  // KAITO_STANDALONE_APISERVER_SERVER_API_SERVER_H_
