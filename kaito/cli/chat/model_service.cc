#include "kaito/cli/chat/model_service.h"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "kaito/api/core/service.h"
#include "kaito/api/workspace/names.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/http/client.h"
#include "kaito/base/http/message.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/cli/access/connect.h"
#include "kaito/kube/client/api_client.h"
#include "kaito/kube/client/request_path.h"
#include "kaito/kube/client/transport.h"

namespace kaito::cli {
namespace {

constexpr int64_t kPort = 80;
constexpr absl::string_view kPortsAnnotation = "standalone.kaito.sh/ports";
// A model on a CPU may think for long before its first word.
constexpr absl::Duration kIdleTimeout = absl::Minutes(5);

http::Request PostRequest(std::string url, std::string body) {
  return {.method = "POST",
          .url = std::move(url),
          .headers = {{"Content-Type", "application/json"}},
          .body = std::move(body),
          .timeout = absl::InfiniteDuration(),
          .idle_timeout = kIdleTimeout};
}

class DirectService final : public ModelService {
 public:
  DirectService(std::string url, std::unique_ptr<http::Client> client)
      : url_(std::move(url)), client_(std::move(client)) {}

  absl::StatusOr<std::unique_ptr<http::ResponseStream>> Post(
      absl::string_view path, std::string body,
      const StopToken& stop) override {
    return client_->Open(PostRequest(absl::StrCat(url_, path), std::move(body)),
                         stop);
  }
  std::string where() const override { return url_; }
  std::string remedy() const override {
    return "Look whether its pod is ready: kubectl kaito status";
  }

 private:
  const std::string url_;
  const std::unique_ptr<http::Client> client_;
};

class ProxiedService final : public ModelService {
 public:
  ProxiedService(std::string ns, std::string name, std::string prefix,
                 std::unique_ptr<kube::Transport> transport)
      : ns_(std::move(ns)),
        name_(std::move(name)),
        prefix_(std::move(prefix)),
        transport_(std::move(transport)) {}

  absl::StatusOr<std::unique_ptr<http::ResponseStream>> Post(
      absl::string_view path, std::string body,
      const StopToken& stop) override {
    return transport_->Open(
        PostRequest(absl::StrCat(prefix_, path), std::move(body)), stop);
  }
  std::string where() const override {
    return absl::StrCat("Service ", ns_, "/", name_, " by the API server ",
                        transport_->host());
  }
  std::string remedy() const override {
    return absl::StrCat(
        "The API server passes requests on with the right to create "
        "services/proxy. Without it: kubectl port-forward -n ",
        ns_, " service/", name_, " 8080:80, and there kubectl kaito chat ",
        name_, " --address http://127.0.0.1:8080");
  }

 private:
  const std::string ns_;
  const std::string name_;
  const std::string prefix_;
  const std::unique_ptr<kube::Transport> transport_;
};

// The message of WorkspaceReady where it is not True.
absl::Status CheckReady(const json::Value& workspace, const std::string& name) {
  std::string message = "nothing has looked at it yet; does the operator run?";
  const json::Value* conditions = workspace.FindPath({"status", "conditions"});
  if (conditions != nullptr && conditions->array() != nullptr) {
    for (const json::Value& condition : *conditions->array()) {
      if (condition.StringAt({"type"}) != api::condition::kInferenceReady) {
        continue;
      }
      if (condition.StringAt({"status"}) == "True") return absl::OkStatus();
      message = std::string(condition.StringAt({"message"}));
    }
  }
  return absl::FailedPreconditionError(
      absl::StrCat("Workspace ", name, " does not answer yet: ", message,
                   " Follow it with: kubectl kaito status ", name));
}

}  // namespace

std::string LocalUrl(const json::Value& service) {
  const absl::string_view host = service.StringAt({"spec", "clusterIP"});
  if (!absl::StartsWith(host, "127.")) return "";
  int64_t port = kPort;
  const absl::StatusOr<json::Value> moved = json::Parse(
      service.StringAt({"metadata", "annotations", kPortsAnnotation}));
  if (moved.ok()) {
    const json::Value* to = moved->Find(absl::StrCat(kPort));
    if (to != nullptr) port = to->integer().value_or(port);
  }
  return absl::StrCat("http://", host, ":", port);
}

absl::StatusOr<std::unique_ptr<ModelService>> ServiceAt(absl::string_view url,
                                                        Clock& clock) {
  absl::ConsumeSuffix(&url, "/");
  if (!absl::StartsWith(url, "http://") && !absl::StartsWith(url, "https://")) {
    return absl::InvalidArgumentError(absl::StrCat(
        "--address: want http://HOST:PORT or https://HOST:PORT, got ", url));
  }
  const bool local = absl::StartsWith(url, "http://127.") ||
                     absl::StartsWith(url, "http://localhost");
  KAITO_ASSIGN_OR_RETURN(
      std::unique_ptr<http::Client> client,
      http::Client::Create(clock,
                           {.proxy_from = local ? http::ProxyFrom::kNowhere
                                                : http::ProxyFrom::kEnvironment,
                            .user_agent = "kubectl-kaito"}));
  return std::make_unique<DirectService>(std::string(url), std::move(client));
}

absl::StatusOr<std::unique_ptr<ModelService>> ReachService(
    const Cluster& cluster, const std::string& name, Clock& clock,
    const StopToken& stop) {
  const kube::ObjectKey key = {cluster.ns, name};
  KAITO_ASSIGN_OR_RETURN(const json::Value workspace,
                         cluster.client->Get(WorkspaceGvr(), key, stop));
  KAITO_RETURN_IF_ERROR(CheckReady(workspace, name));
  KAITO_ASSIGN_OR_RETURN(
      const json::Value service,
      cluster.client->Get(api::Service::kKind.gvr(), key, stop));
  if (const std::string url = LocalUrl(service); !url.empty()) {
    return ServiceAt(url, clock);
  }
  KAITO_ASSIGN_OR_RETURN(
      std::string prefix,
      kube::ObjectPath(api::Service::kKind.gvr(),
                       {cluster.ns, absl::StrCat("http:", name, ":", kPort)},
                       "proxy"));
  KAITO_ASSIGN_OR_RETURN(
      std::unique_ptr<kube::Transport> transport,
      kube::ConnectToCluster(clock, cluster.access,
                             {.user_agent = "kubectl-kaito"}));
  return std::make_unique<ProxiedService>(cluster.ns, name, std::move(prefix),
                                          std::move(transport));
}

}  // namespace kaito::cli
