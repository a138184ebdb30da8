#ifndef KAITO_CLI_CHAT_MODEL_SERVICE_H_
#define KAITO_CLI_CHAT_MODEL_SERVICE_H_

// ModelService: the served model of a Workspace, wherever it can be reached
// from: at the Service's own address where that is on this machine
// (standalone), else through the API server, which passes requests on to
// Services; or at an address that the user gives.
//
//   KAITO_ASSIGN_OR_RETURN(const auto service,
//                          ReachService(cluster, "acme", context.clock, stop));
//   KAITO_ASSIGN_OR_RETURN(auto answer, service->Post("/chat", body, stop));

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/http/client.h"
#include "kaito/base/json/value.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/cli/access/connect.h"

namespace kaito::cli {

class ModelService {
 public:
  virtual ~ModelService() = default;

  // The header of the answer, of any code; its body comes by Read().
  virtual absl::StatusOr<std::unique_ptr<http::ResponseStream>> Post(
      absl::string_view path, std::string body, const StopToken& stop) = 0;
  // "http://127.64.0.3:80", "Service acme by the API server": for messages.
  virtual std::string where() const = 0;
  // What to do where it can't be reached.
  virtual std::string remedy() const = 0;
};

// By a URL without a path, "http://127.0.0.1:8080".
absl::StatusOr<std::unique_ptr<ModelService>> ServiceAt(absl::string_view url,
                                                        Clock& clock);

// FailedPrecondition, with the Workspace's own words, where it does not answer
// yet.
absl::StatusOr<std::unique_ptr<ModelService>> ReachService(
    const Cluster& cluster, const std::string& name, Clock& clock,
    const StopToken& stop);

// "http://HOST:PORT" where the Service's address is one of this machine; ""
// where it is the cluster's own. Pure.
std::string LocalUrl(const json::Value& service);

}  // namespace kaito::cli

#endif  // KAITO_CLI_CHAT_MODEL_SERVICE_H_
