#ifndef KAITO_OPERATOR_STANDALONE_H_
#define KAITO_OPERATOR_STANDALONE_H_

// Standalone: what stands in for a cluster on one machine, in this process. The
// operator's program starts it where no cluster is named; everything else sees
// an ordinary API server.
//
//   KAITO_ASSIGN_OR_RETURN(const std::unique_ptr<Standalone> standalone,
//                          Standalone::Start(clock, options));
//   standalone->client()      // For controllers.
//   standalone->kubeconfig()  // For kubectl.

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "kaito/base/clock/clock.h"
#include "kaito/kube/client/api_client.h"
#include "kaito/standalone/apiserver/server/api_server.h"

namespace kaito::controller {

struct StandaloneOptions {
  std::string data_dir;  // Made where it is not there, mode 0700.
  int port = 6443;       // Taken: any free one.
};

class Standalone {
 public:
  // FailedPrecondition where another process uses the data directory.
  static absl::StatusOr<std::unique_ptr<Standalone>> Start(
      Clock& clock, const StandaloneOptions& options);

  kube::ApiClient& client() { return *client_; }
  std::string url() const { return server_->url(); }
  std::string kubeconfig() const { return server_->kubeconfig_path(); }

  // Ends what runs, in the order in which one depends on the other.
  void Stop(absl::Duration patience);

 private:
  Standalone() = default;

  std::unique_ptr<apiserver::ApiServer> server_;
  std::unique_ptr<kube::ApiClient> client_;
};

}  // namespace kaito::controller

#endif  // KAITO_OPERATOR_STANDALONE_H_
