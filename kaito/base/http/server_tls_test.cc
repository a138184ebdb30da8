#include "kaito/base/http/server_tls.h"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/clock/fake_clock.h"
#include "kaito/base/http/client.h"
#include "kaito/base/http/client_options.h"
#include "kaito/base/http/message.h"
#include "kaito/base/http/raw_socket.h"
#include "kaito/base/http/response_writer.h"
#include "kaito/base/http/server.h"
#include "kaito/base/http/server_options.h"
#include "kaito/base/http/server_request.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/base/tls/issuer.h"
#include "kaito/base/tls/keyed_certificate.h"

namespace kaito::http {
namespace {

using ::kaito::testing::StatusIs;
using ::testing::HasSubstr;

constexpr absl::StatusCode kDistrust = absl::StatusCode::kUnauthenticated;

// TLS libraries judge validity by the machine's clock; a day to either side is
// far from any edge.
const absl::Time kNow = absl::Now();

tls::KeyedCertificate MakeAuthority() {
  return *tls::CreateAuthority({.common_name = "ca",
                                .not_before = kNow - absl::Hours(24),
                                .not_after = kNow + absl::Hours(24)});
}

tls::KeyedCertificate MakeLeaf(const tls::KeyedCertificate& authority,
                               const char* name, bool server) {
  return *tls::IssueCertificate(authority,
                                {.common_name = name,
                                 .organizations = {"system:nodes", "kaito"},
                                 .ip_addresses = {"127.0.0.1"},
                                 .server = server,
                                 .client = !server,
                                 .not_before = kNow - absl::Hours(24),
                                 .not_after = kNow + absl::Hours(24)});
}

// Answers with who the client is.
void WhoAmI(const ServerRequest& request, ResponseWriter& writer) {
  std::string body = request.peer.tls ? "tls" : "plain";
  if (request.peer.identity.has_value()) {
    absl::StrAppend(&body, " ", request.peer.identity->common_name, " ",
                    absl::StrJoin(request.peer.identity->organizations, ","));
  }
  KAITO_EXPECT_OK(writer.Send({.code = 200, .body = body}));
}

class ServerTlsTest : public ::testing::Test {
 protected:
  void Start(ClientCertificates clients) {
    absl::StatusOr<std::unique_ptr<Server>> server = Server::Start(
        clock_,
        {.tls = ServerTls{.identity = MakeLeaf(authority_, "server", true),
                          .client_certificates = clients,
                          .client_ca_pem = authority_.certificate_pem}},
        WhoAmI);
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
  }

  // By a client of its own, so with a connection of its own.
  absl::StatusOr<std::string> Ask(tls::KeyedCertificate identity = {}) {
    absl::StatusOr<std::unique_ptr<Client>> client =
        Client::Create(clock_, {.ca_pem = authority_.certificate_pem,
                                .client_certificate = std::move(identity),
                                .proxy_from = ProxyFrom::kNowhere});
    if (!client.ok()) return client.status();
    absl::StatusOr<Response> response = (*client)->Do(
        {.url = absl::StrCat("https://127.0.0.1:", server_->port(), "/")},
        StopToken());
    if (!response.ok()) return response.status();
    return response->body;
  }

  FakeClock clock_;
  const tls::KeyedCertificate authority_ = MakeAuthority();
  std::unique_ptr<Server> server_;
};

TEST_F(ServerTlsTest, KnowsClientsByTheirCertificates) {
  const tls::KeyedCertificate node = MakeLeaf(authority_, "node-7", false);
  Start(ClientCertificates::kVerifyIfGiven);
  EXPECT_EQ(*Ask(node), "tls node-7 system:nodes,kaito");
  EXPECT_EQ(*Ask(), "tls");
  Start(ClientCertificates::kIgnore);
  EXPECT_EQ(*Ask(node), "tls");
}

TEST_F(ServerTlsTest, LetsNobodyInWithoutACertificateWhereItIsRequired) {
  Start(ClientCertificates::kRequire);
  EXPECT_EQ(*Ask(MakeLeaf(authority_, "node-7", false)),
            "tls node-7 system:nodes,kaito");
  EXPECT_THAT(Ask(), StatusIs(kDistrust, HasSubstr("certificate")));
  // Of another authority, and one that is for servers.
  EXPECT_THAT(Ask(MakeLeaf(MakeAuthority(), "node-7", false)),
              StatusIs(kDistrust));
  EXPECT_THAT(Ask(MakeLeaf(authority_, "node-7", true)), StatusIs(kDistrust));
}

TEST_F(ServerTlsTest, RefusesAWrongCertificateEvenWhereNoneIsNeeded) {
  Start(ClientCertificates::kVerifyIfGiven);
  EXPECT_FALSE(Ask(MakeLeaf(MakeAuthority(), "node-7", false)).ok());
}

TEST_F(ServerTlsTest, ServesANewCertificateToNewConnections) {
  Start(ClientCertificates::kIgnore);
  const tls::KeyedCertificate other_authority = MakeAuthority();
  KAITO_EXPECT_OK(
      server_->ReplaceCertificate(MakeLeaf(other_authority, "server", true)));
  EXPECT_THAT(Ask(), StatusIs(kDistrust));
  // A pair that does not belong together changes nothing.
  tls::KeyedCertificate mixed = MakeLeaf(authority_, "server", true);
  mixed.key_pem = other_authority.key_pem;
  EXPECT_THAT(server_->ReplaceCertificate(mixed),
              StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(Ask(), StatusIs(kDistrust));
  KAITO_EXPECT_OK(
      server_->ReplaceCertificate(MakeLeaf(authority_, "server", true)));
  EXPECT_EQ(*Ask(), "tls");
}

TEST_F(ServerTlsTest, SurvivesClientsThatSpeakNoTls) {
  Start(ClientCertificates::kIgnore);
  for (const char* text :
       {"GET / HTTP/1.1\r\nHost: h\r\n\r\n", "", "\x16\x03"}) {
    RawSocket socket = RawSocket::Connect(server_->port());
    socket.Send(text);
    socket.ShutdownSend();
    EXPECT_TRUE(socket.IsClosedWithin(absl::Seconds(20))) << text;
  }
  EXPECT_EQ(*Ask(), "tls");
}

TEST_F(ServerTlsTest, GivesUpOnAHandshakeThatStops) {
  Start(ClientCertificates::kIgnore);
  RawSocket socket = RawSocket::Connect(server_->port());
  socket.Send("\x16\x03\x01");
  clock_.AwaitWaiters(1);
  clock_.Advance(absl::Seconds(10));
  EXPECT_TRUE(socket.IsClosedWithin(absl::Seconds(20)));
}

TEST_F(ServerTlsTest, ServesPythonsClientFrom12On) {
  Start(ClientCertificates::kRequire);
  const std::string folder = std::getenv("TEST_TMPDIR");
  const tls::KeyedCertificate node = MakeLeaf(authority_, "node-7", false);
  std::ofstream(folder + "/ca.pem") << authority_.certificate_pem;
  std::ofstream(folder + "/cert.pem") << node.certificate_pem;
  std::ofstream(folder + "/key.pem") << node.key_pem.Reveal();
  FILE* pipe =
      popen(absl::StrCat("python3 kaito/base/http/testdata/tls_client.py ",
                         server_->port(), " ", folder, " 2>/dev/null")
                .c_str(),
            "r");
  std::string text(4096, '\0');
  text.resize(fread(text.data(), 1, text.size(), pipe));
  EXPECT_EQ(pclose(pipe), 0);
  EXPECT_EQ(text,
            "TLSv1.1 refused\n"
            "TLSv1.2 http/1.1 200 tls node-7 system:nodes,kaito\n"
            "TLSv1.3 http/1.1 200 tls node-7 system:nodes,kaito\n");
}

TEST_F(ServerTlsTest, IsNotStartedOnWhatCantWork) {
  const auto start = [&](ServerTls tls) {
    return Server::Start(clock_, {.tls = std::move(tls)}, WhoAmI).status();
  };
  EXPECT_THAT(start({}), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(start({.identity = MakeLeaf(authority_, "server", true),
                     .client_certificates = ClientCertificates::kRequire}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("clients' authorities")));
}

}  // namespace
}  // namespace kaito::http
