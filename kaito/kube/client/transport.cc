#include "kaito/kube/client/transport.h"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/clock/steady_time.h"
#include "kaito/base/encoding/base64.h"
#include "kaito/base/file/read_file.h"
#include "kaito/base/http/client.h"
#include "kaito/base/http/client_options.h"
#include "kaito/base/http/headers.h"
#include "kaito/base/http/message.h"
#include "kaito/base/log/log.h"
#include "kaito/base/log/secret.h"
#include "kaito/base/status/status.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/sync/mutex.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/base/sync/thread_annotations.h"
#include "kaito/base/tls/keyed_certificate.h"
#include "kaito/base/url/url.h"
#include "kaito/kube/client/bearer_token.h"
#include "kaito/kube/client/cluster_access.h"

namespace kaito::kube {
namespace {

// client-go's. Certificates live hours at least.
constexpr absl::Duration kReloadCertificates = absl::Minutes(5);
constexpr int64_t kMaxPemBytes = int64_t{1} << 20;

// What files hold at one time.
struct Credentials {
  std::string ca_pem;
  tls::KeyedCertificate client;
};

absl::StatusOr<std::string> InlineOrFile(absl::string_view text,
                                         absl::string_view path) {
  if (!text.empty() || path.empty()) return std::string(text);
  return ReadFile(path, kMaxPemBytes);
}

absl::StatusOr<Credentials> ReadCredentials(const ClusterAccess& access) {
  Credentials read;
  KAITO_ASSIGN_OR_RETURN(read.ca_pem,
                         InlineOrFile(access.ca_pem, access.ca_file));
  KAITO_ASSIGN_OR_RETURN(read.client.certificate_pem,
                         InlineOrFile(access.client_certificate_pem,
                                      access.client_certificate_file));
  KAITO_ASSIGN_OR_RETURN(
      std::string key,
      InlineOrFile(access.client_key_pem.Reveal(), access.client_key_file));
  read.client.key_pem = Secret::Take(std::move(key));
  return read;
}

bool Same(const Credentials& a, const Credentials& b) {
  return a.ca_pem == b.ca_pem &&
         a.client.certificate_pem == b.client.certificate_pem &&
         a.client.key_pem == b.client.key_pem;
}

// Requests in flight keep their clients when certificates change; new ones get
// new connections.
struct Clients {
  std::unique_ptr<http::Client> calls;
  std::unique_ptr<http::Client> streams;
};

// A stream that keeps its clients.
class HeldStream final : public http::ResponseStream {
 public:
  HeldStream(std::shared_ptr<Clients> clients,
             std::unique_ptr<http::ResponseStream> stream)
      : clients_(std::move(clients)), stream_(std::move(stream)) {}

  int code() const override { return stream_->code(); }
  const http::Headers& headers() const override { return stream_->headers(); }
  absl::StatusOr<std::string> Read() override { return stream_->Read(); }

 private:
  const std::shared_ptr<Clients> clients_;  // Outlives the stream.
  const std::unique_ptr<http::ResponseStream> stream_;
};

class ClusterTransport final : public Transport {
 public:
  ClusterTransport(Clock& clock, ClusterAccess access, const Url& server,
                   TransportOptions options)
      : clock_(clock),
        access_(std::move(access)),
        options_(std::move(options)),
        host_(server.HostHeader()),
        base_(absl::StripSuffix(access_.server, "/")),
        token_(access_.token_file, access_.token) {}

  // Before any other thread sees it.
  absl::Status Init() {
    KAITO_ASSIGN_OR_RETURN(Credentials read, ReadCredentials(access_));
    KAITO_ASSIGN_OR_RETURN(std::shared_ptr<Clients> clients, MakeClients(read));
    MutexLock lock(mutex_);
    credentials_ = std::move(read);
    clients_ = std::move(clients);
    checked_at_ = clock_.NowSteady();
    if (!access_.token_file.empty() && token_.Get(checked_at_).empty()) {
      return absl::NotFoundError(
          absl::StrCat(access_.origin, ": no token in ", access_.token_file));
    }
    return absl::OkStatus();
  }

  absl::StatusOr<http::Response> Do(http::Request request,
                                    const StopToken& stop) override {
    const std::shared_ptr<Clients> clients = CurrentClients();
    const SteadyTime sent = clock_.NowSteady();
    KAITO_ASSIGN_OR_RETURN(http::Response response,
                           clients->calls->Do(Prepared(request), stop));
    if (response.code != 401 || !token_.Refused(sent)) return response;
    return clients->calls->Do(Prepared(request), stop);
  }

  absl::StatusOr<std::unique_ptr<http::ResponseStream>> Open(
      http::Request request, const StopToken& stop) override {
    std::shared_ptr<Clients> clients = CurrentClients();
    const SteadyTime sent = clock_.NowSteady();
    KAITO_ASSIGN_OR_RETURN(std::unique_ptr<http::ResponseStream> stream,
                           clients->streams->Open(Prepared(request), stop));
    if (stream->code() == 401 && token_.Refused(sent)) {
      KAITO_ASSIGN_OR_RETURN(stream,
                             clients->streams->Open(Prepared(request), stop));
    }
    return std::make_unique<HeldStream>(std::move(clients), std::move(stream));
  }

  std::string host() const override { return host_; }

 private:
  absl::StatusOr<std::shared_ptr<Clients>> MakeClients(
      const Credentials& credentials) {
    http::ClientOptions options;
    options.ca_pem = credentials.ca_pem;
    options.client_certificate = credentials.client;
    options.server_name = access_.tls_server_name;
    options.user_agent = options_.user_agent;
    if (!access_.proxy_url.empty()) {
      options.proxy_from = http::ProxyFrom::kUrl;
      options.proxy_url = access_.proxy_url;
    }
    auto clients = std::make_shared<Clients>();
    for (std::unique_ptr<http::Client>* client :
         {&clients->calls, &clients->streams}) {
      absl::StatusOr<std::unique_ptr<http::Client>> made =
          http::Client::Create(clock_, options);
      if (!made.ok()) return Annotate(made.status(), access_.origin);
      *client = *std::move(made);
    }
    return clients;
  }

  // With what is in the files now, where it is time to look again.
  std::shared_ptr<Clients> CurrentClients() KAITO_EXCLUDES(mutex_) {
    const SteadyTime now = clock_.NowSteady();
    {
      MutexLock lock(mutex_);
      if (now - checked_at_ < kReloadCertificates) return clients_;
      checked_at_ = now;
    }
    absl::Status status = Reload();
    if (!status.ok()) {
      KAITO_LOG(WARNING,
                "cannot reload certificates; going on with the old ones",
                {{"access", access_.origin}, {"error", status}});
    }
    MutexLock lock(mutex_);
    return clients_;
  }

  absl::Status Reload() KAITO_EXCLUDES(mutex_) {
    KAITO_ASSIGN_OR_RETURN(Credentials read, ReadCredentials(access_));
    {
      MutexLock lock(mutex_);
      if (Same(read, credentials_)) return absl::OkStatus();
    }
    KAITO_ASSIGN_OR_RETURN(std::shared_ptr<Clients> clients, MakeClients(read));
    MutexLock lock(mutex_);
    credentials_ = std::move(read);
    clients_.swap(clients);
    return absl::OkStatus();
  }

  // The request with the server's address and our credentials.
  http::Request Prepared(const http::Request& request) {
    http::Request prepared = request;
    prepared.url = absl::StrCat(base_, request.url);
    const Secret token = token_.Get(clock_.NowSteady());
    if (!token.empty()) {
      prepared.headers.Set("Authorization",
                           absl::StrCat("Bearer ", token.Reveal()));
    } else if (!access_.username.empty()) {
      prepared.headers.Set(
          "Authorization",
          absl::StrCat("Basic ",
                       Base64Encode(absl::StrCat(access_.username, ":",
                                                 access_.password.Reveal()))));
    }
    const Impersonation& as = access_.impersonation;
    if (!as.user.empty()) prepared.headers.Set("Impersonate-User", as.user);
    if (!as.uid.empty()) prepared.headers.Set("Impersonate-Uid", as.uid);
    for (const std::string& group : as.groups) {
      prepared.headers.Add("Impersonate-Group", group);
    }
    for (const auto& [key, values] : as.extra) {
      for (const std::string& value : values) {
        prepared.headers.Add(absl::StrCat("Impersonate-Extra-", key), value);
      }
    }
    return prepared;
  }

  Clock& clock_;
  const ClusterAccess access_;
  const TransportOptions options_;
  const std::string host_;
  const std::string base_;  // Without a final slash.
  BearerToken token_;

  Mutex mutex_;
  Credentials credentials_ KAITO_GUARDED_BY(mutex_);
  // Shared with the requests in flight.
  std::shared_ptr<Clients> clients_ KAITO_GUARDED_BY(mutex_);
  SteadyTime checked_at_ KAITO_GUARDED_BY(mutex_);
};

}  // namespace

absl::StatusOr<std::unique_ptr<Transport>> ConnectToCluster(
    Clock& clock, ClusterAccess access, const TransportOptions& options) {
  absl::StatusOr<Url> server = Url::Parse(access.server);
  if (!server.ok()) return Annotate(server.status(), access.origin);
  if (server->query().has_value() || server->fragment().has_value()) {
    return absl::InvalidArgumentError(absl::StrCat(
        access.origin, ": the server's URL has a query: ", server->Redacted()));
  }
  auto transport = std::make_unique<ClusterTransport>(clock, std::move(access),
                                                      *server, options);
  KAITO_RETURN_IF_ERROR(transport->Init());
  return transport;
}

}  // namespace kaito::kube
