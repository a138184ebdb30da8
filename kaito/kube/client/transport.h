#ifndef KAITO_KUBE_CLIENT_TRANSPORT_H_
#define KAITO_KUBE_CLIENT_TRANSPORT_H_

// Bytes to and from one API server: address, TLS, credentials and their
// renewal. For http_api_client.h, whose tests put a script in its place, and for
// what is no object: requests that the API server passes on to a Service.
//
//   KAITO_ASSIGN_OR_RETURN(std::unique_ptr<Transport> transport,
//                          ConnectToCluster(clock, access, {}));
//   transport->Do({.url = "/api/v1/pods"}, stop);
//
// A bearer file is read again every minute, certificates every 5; on 401 the
// token is read anew and the request sent once more. Streams and other requests
// have connections of their own, so that a burst of writes can't hold up a
// watch; leader election makes a transport of its own for the same reason.

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/http/client.h"
#include "kaito/base/http/message.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/kube/client/cluster_access.h"

namespace kaito::kube {

// Thread-safe. Errors are http::Client's.
class Transport {
 public:
  virtual ~Transport() = default;

  // The request's url is a path, "/api/v1/pods?limit=5".
  virtual absl::StatusOr<http::Response> Do(http::Request request,
                                            const StopToken& stop) = 0;
  virtual absl::StatusOr<std::unique_ptr<http::ResponseStream>> Open(
      http::Request request, const StopToken& stop) = 0;
  // "host:port", for messages and metrics.
  virtual std::string host() const = 0;
};

struct TransportOptions {
  std::string user_agent = "kaito";
};

// Reads the files that `access` names, but connects to nobody yet. `clock`
// outlives it. InvalidArgument for a wrong server or certificate; NotFound and
// the like for files.
absl::StatusOr<std::unique_ptr<Transport>> ConnectToCluster(
    Clock& clock, ClusterAccess access, const TransportOptions& options);

}  // namespace kaito::kube

#endif  // KAITO_KUBE_CLIENT_TRANSPORT_H_
