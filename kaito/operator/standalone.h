#ifndef KAITO_OPERATOR_STANDALONE_H_
#define KAITO_OPERATOR_STANDALONE_H_

// Standalone: what stands in for a cluster on one machine, in this process: an
// API server, the controllers of workloads, a node agent that runs pods as
// processes, and the provisioner whose provider is this machine. The operator's
// program starts it where no cluster is named; the operator itself sees an
// ordinary API server.
//
//   KAITO_ASSIGN_OR_RETURN(const std::unique_ptr<Standalone> standalone,
//                          Standalone::Start(clock, options));
//   standalone->client()      // For the operator.
//   standalone->kubeconfig()  // For kubectl.
//   ...
//   standalone->Stop();

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/kube/client/api_client.h"
#include "kaito/provisioner/controller/provisioner.h"
#include "kaito/provisioner/local/node_host.h"
#include "kaito/provisioner/types/provider.h"
#include "kaito/standalone/apiserver/server/api_server.h"
#include "kaito/standalone/network/network.h"
#include "kaito/standalone/node/node_agent.h"
#include "kaito/standalone/node/pod_log_answers.h"
#include "kaito/standalone/workloads/workloads.h"

namespace kaito::controller {

struct StandaloneOptions {
  std::string data_dir;  // Made where it is not there, mode 0700.
  int port = 6443;       // Taken: any free one.
  std::string node_name;

  // The program that stands for these images; empty: their pods don't run.
  std::string runtime_program;
  std::vector<std::string> runtime_images = {"kaito/runtime"};
  // Where curl and docker-registry are, asked by name when a pod wants them;
  // empty: not installed. Absent: they are looked for in PATH.
  std::function<std::string(const std::string&)> find_tool = nullptr;

  // Whether data and registries may be on private and loopback addresses.
  bool allow_private_addresses = true;
};

class Standalone {
 public:
  // FailedPrecondition where another process uses the data directory. Pods of
  // an earlier run are taken up again.
  static absl::StatusOr<std::unique_ptr<Standalone>> Start(
      Clock& clock, const StandaloneOptions& options);
  ~Standalone() { Stop(); }

  kube::ApiClient& client() { return *client_; }
  std::string url() const { return server_->url(); }
  std::string kubeconfig() const { return server_->kubeconfig_path(); }

  // Ends all, what depends on another one first; pods get time to stop. Again
  // does nothing.
  void Stop();

 private:
  Standalone() = default;
  absl::StatusOr<std::unique_ptr<apiserver::ApiServer>> StartServer(
      Clock& clock, const StandaloneOptions& options, int port);
  absl::Status StartApi(Clock& clock, const StandaloneOptions& options);
  absl::Status StartNode(Clock& clock, const StandaloneOptions& options);

  StopSource stop_;
  std::unique_ptr<standalone::PodLogAnswers> logs_;
  std::unique_ptr<standalone::Network> network_;
  std::unique_ptr<apiserver::ApiServer> server_;
  std::unique_ptr<kube::ApiClient> client_;
  std::unique_ptr<standalone::NodeAgent> agent_;
  std::unique_ptr<standalone::Workloads> workloads_;
  std::unique_ptr<provisioner::NodeHost> host_;
  std::unique_ptr<provisioner::Provider> provider_;
  std::unique_ptr<provisioner::Provisioner> provisioner_;
};

}  // namespace kaito::controller

#endif  // KAITO_OPERATOR_STANDALONE_H_
