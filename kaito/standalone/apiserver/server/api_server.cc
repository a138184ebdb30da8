#include "kaito/standalone/apiserver/server/api_server.h"

#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/file/path.h"
#include "kaito/base/file/write_file.h"
#include "kaito/base/http/response_writer.h"
#include "kaito/base/http/server.h"
#include "kaito/base/http/server_options.h"
#include "kaito/base/http/server_request.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/standalone/apiserver/collect/collector.h"
#include "kaito/standalone/apiserver/resource/builtin_resources.h"
#include "kaito/standalone/apiserver/resource/registry.h"
#include "kaito/standalone/apiserver/rest/id_source.h"
#include "kaito/standalone/apiserver/rest/service_address.h"
#include "kaito/standalone/apiserver/rest/verbs.h"
#include "kaito/standalone/apiserver/server/api_handler.h"
#include "kaito/standalone/apiserver/server/bootstrap.h"
#include "kaito/standalone/apiserver/server/credentials.h"
#include "kaito/standalone/apiserver/store/store.h"
#include "kaito/standalone/apiserver/watch/watch_hub.h"

namespace kaito::apiserver {
namespace {

// As a real server: etcd's limit is below it.
constexpr int64_t kMaxBodyBytes = 3 << 20;
// Reads take microseconds and writes wait for one another.
constexpr int kWorkers = 4;

std::unique_ptr<IdSource> MakeIds(const ApiServerOptions& options) {
  return options.id_seed.has_value()
             ? std::make_unique<IdSource>(*options.id_seed)
             : std::make_unique<IdSource>();
}

class ApiServerImpl final : public ApiServer {
 public:
  ApiServerImpl(Clock& clock, ApiServerOptions options)
      : clock_(clock),
        options_(std::move(options)),
        ids_(MakeIds(options_)),
        registry_(BuiltinResources(), options_.hooks) {}

  ~ApiServerImpl() override { Stop(absl::ZeroDuration()); }

  absl::Status Start() {
    KAITO_ASSIGN_OR_RETURN(store_,
                           Store::Open(options_.data_dir, options_.store));
    KAITO_ASSIGN_OR_RETURN(
        credentials_, PrepareCredentials(JoinPath(options_.data_dir, "pki"),
                                         {options_.address}, clock_.Now()));
    WatchHubOptions watches = options_.watches;
    watches.faults = options_.faults;
    KAITO_ASSIGN_OR_RETURN(hub_, WatchHub::Start(*store_, clock_, watches));
    collector_ = std::make_unique<Collector>(*store_, registry_, clock_);
    store_->OnCommit([this] {
      hub_->Wake();
      collector_->Wake();
    });
    ServiceRange services;
    if (options_.service_range != nullptr) {
      KAITO_ASSIGN_OR_RETURN(services, options_.service_range());
    }
    verbs_ =
        std::make_unique<Verbs>(*store_, registry_, clock_, *ids_, services);
    KAITO_RETURN_IF_ERROR(MoveServiceAddresses(*store_, *ids_, services));
    KAITO_RETURN_IF_ERROR(
        Bootstrap(*store_, registry_, *verbs_, options_.definitions));
    KAITO_RETURN_IF_ERROR(collector_->Run());
    handler_ = std::make_unique<ApiHandler>(
        *store_, registry_, *hub_, clock_, *ids_, *verbs_, options_.pod_logs,
        options_.pod_attach, options_.faults);
    KAITO_RETURN_IF_ERROR(Listen());
    return WriteFileAtomic(kubeconfig_path(),
                           KubeconfigText(credentials_, url()), {.mode = 0600});
  }

  int port() const override { return http_->port(); }
  std::string url() const override {
    return absl::StrCat("https://", options_.address, ":", port());
  }
  std::string kubeconfig_path() const override {
    return JoinPath(options_.data_dir, "kubeconfig");
  }
  const Credentials& credentials() const override { return credentials_; }

  void Stop(absl::Duration patience) override {
    // Watches first: they would use up all patience.
    if (hub_ != nullptr) hub_->Stop();
    if (http_ != nullptr) http_->Stop(patience);
    if (collector_ != nullptr) collector_->Stop();
  }

 private:
  absl::Status Listen() {
    http::ServerOptions http_options = {
        .address = options_.address,
        .port = options_.port,
        .tls = http::ServerTls{.identity = credentials_.server,
                               .client_certificates =
                                   http::ClientCertificates::kRequire,
                               .client_ca_pem = credentials_.authority_pem},
        .worker_threads = kWorkers,
        .max_in_flight = 400,
        .max_body_bytes = kMaxBodyBytes};
    KAITO_ASSIGN_OR_RETURN(
        http_, http::Server::Start(clock_, std::move(http_options),
                                   [this](const http::ServerRequest& request,
                                          http::ResponseWriter& writer) {
                                     handler_->Handle(request, writer);
                                   }));
    return absl::OkStatus();
  }

  Clock& clock_;
  const ApiServerOptions options_;
  const std::unique_ptr<IdSource> ids_;
  Registry registry_;
  Credentials credentials_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<WatchHub> hub_;
  std::unique_ptr<Collector> collector_;
  std::unique_ptr<Verbs> verbs_;
  std::unique_ptr<ApiHandler> handler_;
  // Last, so that it ends first: its handlers use all the others.
  std::unique_ptr<http::Server> http_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<ApiServer>> ApiServer::Start(
    Clock& clock, ApiServerOptions options) {
  auto server = std::make_unique<ApiServerImpl>(clock, std::move(options));
  KAITO_RETURN_IF_ERROR(server->Start());
  return std::unique_ptr<ApiServer>(std::move(server));
}

}  // namespace kaito::apiserver
