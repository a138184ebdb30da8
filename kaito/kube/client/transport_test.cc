#include "kaito/kube/client/transport.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/api/meta/gvk.h"
#include "kaito/base/clock/fake_clock.h"
#include "kaito/base/file/temp_dir.h"
#include "kaito/base/file/write_file.h"
#include "kaito/base/http/client.h"
#include "kaito/base/http/headers.h"
#include "kaito/base/http/message.h"
#include "kaito/base/http/response_writer.h"
#include "kaito/base/http/server.h"
#include "kaito/base/http/server_options.h"
#include "kaito/base/http/server_request.h"
#include "kaito/base/json/value.h"
#include "kaito/base/log/log_capture.h"
#include "kaito/base/log/secret.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/base/sync/mutex.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/base/tls/issuer.h"
#include "kaito/base/tls/keyed_certificate.h"
#include "kaito/kube/client/api_client.h"
#include "kaito/kube/client/cluster_access.h"
#include "kaito/kube/client/http_api_client.h"

namespace kaito::kube {
namespace {

using ::kaito::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

// Answers 200 to those who show `token` and 401 to others; tells what it saw.
class TokenServer {
 public:
  explicit TokenServer(http::ServerOptions options) {
    absl::StatusOr<std::unique_ptr<http::Server>> server = http::Server::Start(
        clock_, std::move(options),
        [this](const http::ServerRequest& request,
               http::ResponseWriter& writer) { Answer(request, writer); });
    EXPECT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
  }

  int port() const { return server_->port(); }
  void SetToken(absl::string_view token) {
    MutexLock lock(mutex_);
    token_ = std::string(token);
  }
  // "path authorization", or the name in the client's certificate.
  std::vector<std::string> TakeSeen() {
    MutexLock lock(mutex_);
    return std::exchange(seen_, {});
  }

 private:
  void Answer(const http::ServerRequest& request,
              http::ResponseWriter& writer) {
    int code = 200;
    {
      MutexLock lock(mutex_);
      const std::string shown =
          request.peer.identity.has_value()
              ? request.peer.identity->common_name
              : std::string(
                    request.headers.Get("Authorization").value_or("none"));
      seen_.push_back(absl::StrCat(request.target.path, " ", shown));
      if (!token_.empty() && shown != "Bearer " + token_) code = 401;
    }
    const bool watch = absl::StrContains(request.raw_target, "watch=1");
    writer
        .Send({.code = code,
               .body = watch ? "{\"type\":\"ADDED\",\"object\":{}}\n" : "{}"})
        .IgnoreError();
  }

  FakeClock clock_;
  Mutex mutex_;
  std::string token_;
  std::vector<std::string> seen_;
  std::unique_ptr<http::Server> server_;
};

class TransportTest : public ::testing::Test {
 protected:
  void SetUp() override {
    KAITO_ASSERT_OK_AND_ASSIGN(dir_, TempDir::Create(::testing::TempDir()));
  }
  std::string Write(absl::string_view name, absl::string_view text) {
    const std::string path = absl::StrCat(dir_.path(), "/", name);
    KAITO_EXPECT_OK(WriteFileAtomic(path, text));
    return path;
  }

  TempDir dir_;
  FakeClock clock_;
};

TEST_F(TransportTest, F14RenewedTokensAreReadOnTimeAndOnRefusal) {
  LogCapture log;
  TokenServer server({});
  server.SetToken("first");
  const std::string file = Write("token", "first\n");
  KAITO_ASSERT_OK_AND_ASSIGN(
      const std::unique_ptr<HttpApiClient> client,
      HttpApiClient::Connect(
          clock_,
          {.server = absl::StrCat("http://127.0.0.1:", server.port(), "/k8s/"),
           .token_file = file},
          {}));
  const api::GroupVersionResource nodes = {"", "v1", "nodes"};
  const auto get = [&] {
    return client->Get(nodes, {"", "n"}, StopToken()).status();
  };
  KAITO_EXPECT_OK(get());
  EXPECT_THAT(server.TakeSeen(),
              ElementsAre("/k8s/api/v1/nodes/n Bearer first"));

  // Refused: the file is read at once and the request sent once more.
  server.SetToken("second");
  Write("token", "second");
  KAITO_EXPECT_OK(get());
  EXPECT_THAT(server.TakeSeen(),
              ElementsAre(HasSubstr("first"), HasSubstr("second")));

  // Renewed before it is refused.
  Write("token", "third");
  server.SetToken("third");
  clock_.Advance(absl::Seconds(50));
  int events = 0;
  KAITO_EXPECT_OK(client->Watch(
      nodes, "", {},
      [&](WatchEvent) {
        ++events;
        return absl::OkStatus();
      },
      StopToken()));
  EXPECT_EQ(events, 1);
  EXPECT_THAT(server.TakeSeen(), ElementsAre(HasSubstr("third")));

  // For good: one more try, no more.
  server.SetToken("other");
  EXPECT_THAT(get(), StatusIs(absl::StatusCode::kUnauthenticated));
  EXPECT_EQ(server.TakeSeen().size(), 2);

  EXPECT_THAT(log.text(), Not(HasSubstr("third")));
}

TEST_F(TransportTest, GoesOnWithTheOldTokenWhileTheFileIsGone) {
  TokenServer server({});
  const std::string file = Write("token", "first");
  ClusterAccess access{
      .server = absl::StrCat("http://127.0.0.1:", server.port()),
      .token_file = file};
  KAITO_ASSERT_OK_AND_ASSIGN(const std::unique_ptr<Transport> transport,
                             ConnectToCluster(clock_, access, {}));
  EXPECT_EQ(transport->host(), absl::StrCat("127.0.0.1:", server.port()));
  dir_ = TempDir();
  clock_.Advance(absl::Minutes(2));
  KAITO_EXPECT_OK(transport->Do({.url = "/x"}, StopToken()));
  EXPECT_THAT(server.TakeSeen(), ElementsAre("/x Bearer first"));
  EXPECT_THAT(ConnectToCluster(clock_, access, {}),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("no token")));
}

TEST_F(TransportTest, ShowsACertificateThatIsReloadedWhenItChanges) {
  const absl::Time now = absl::Now();  // Certificates are judged by it.
  KAITO_ASSERT_OK_AND_ASSIGN(
      const tls::KeyedCertificate ca,
      tls::CreateAuthority({.common_name = "ca",
                            .not_before = now - absl::Hours(1),
                            .not_after = now + absl::Hours(1)}));
  const auto issue = [&](absl::string_view name, bool server) {
    return *tls::IssueCertificate(ca, {.common_name = std::string(name),
                                       .dns_names = {"api.test"},
                                       .server = server,
                                       .client = !server,
                                       .not_before = now - absl::Hours(1),
                                       .not_after = now + absl::Hours(1)});
  };
  TokenServer server(
      {.tls = http::ServerTls{
           .identity = issue("api", true),
           .client_certificates = http::ClientCertificates::kRequire,
           .client_ca_pem = ca.certificate_pem}});
  const auto write = [&](const tls::KeyedCertificate& pair) {
    Write("me.pem", pair.certificate_pem);
    Write("me.key", pair.key_pem.Reveal());
  };
  write(issue("alice", false));
  KAITO_ASSERT_OK_AND_ASSIGN(
      const std::unique_ptr<Transport> transport,
      ConnectToCluster(
          clock_,
          {.server = absl::StrCat("https://127.0.0.1:", server.port()),
           .tls_server_name = "api.test",
           .ca_pem = ca.certificate_pem,
           .client_certificate_file = dir_.path() + "/me.pem",
           .client_key_file = dir_.path() + "/me.key"},
          {}));
  KAITO_EXPECT_OK(transport->Do({.url = "/x"}, StopToken()));
  write(issue("bob", false));
  KAITO_EXPECT_OK(transport->Do({.url = "/x"}, StopToken()));
  clock_.Advance(absl::Minutes(5));
  KAITO_EXPECT_OK(transport->Do({.url = "/x"}, StopToken()));
  EXPECT_THAT(server.TakeSeen(), ElementsAre("/x alice", "/x alice", "/x bob"));
}

TEST_F(TransportTest, RefusesAWrongServer) {
  for (const char* server : {"ftp://h", "h:6443", "https://h/?q=1"}) {
    EXPECT_THAT(ConnectToCluster(clock_, {.server = server}, {}),
                StatusIs(absl::StatusCode::kInvalidArgument))
        << server;
  }
}

}  // namespace
}  // namespace kaito::kube
