#include "kaito/base/http/client.h"

#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/clock/fake_clock.h"
#include "kaito/base/http/client_options.h"
#include "kaito/base/http/message.h"
#include "kaito/base/http/python_server.h"
#include "kaito/base/http/retry_policy.h"
#include "kaito/base/log/secret.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/base/tls/issuer.h"
#include "kaito/base/tls/keyed_certificate.h"

namespace kaito::http {
namespace {

using ::kaito::testing::StatusIs;
using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr absl::StatusCode kDistrust = absl::StatusCode::kUnauthenticated;

// TLS libraries judge validity by the machine's clock; a day to either side is
// far from any edge.
const absl::Time kNow = absl::Now();

tls::KeyedCertificate MakeAuthority(const char* name) {
  return *tls::CreateAuthority({.common_name = name,
                                .not_before = kNow - absl::Hours(24),
                                .not_after = kNow + absl::Hours(24)});
}

tls::LeafOptions LeafFor(std::vector<std::string> names) {
  return {.common_name = "leaf",
          .organizations = {"kaito"},
          .dns_names = std::move(names),
          .ip_addresses = {"127.0.0.1"},
          .server = true,
          .not_before = kNow - absl::Hours(24),
          .not_after = kNow + absl::Hours(24)};
}

class ClientTlsTest : public ::testing::Test {
 protected:
  std::string Write(const std::string& name, absl::string_view text) {
    const std::string path =
        absl::StrCat(std::getenv("TEST_TMPDIR"), "/", name);
    std::ofstream(path) << text;
    return path;
  }

  std::unique_ptr<PythonServer> Serve(const tls::KeyedCertificate& identity,
                                      std::vector<std::string> more = {}) {
    std::vector<std::string> arguments = {
        "--cert", Write("cert.pem", identity.certificate_pem), "--key",
        Write("key.pem", identity.key_pem.Reveal())};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return std::make_unique<PythonServer>("kaito/base/http/testdata/server.py",
                                          arguments);
  }

  absl::StatusOr<Response> Get(const PythonServer& server,
                               ClientOptions options) {
    options.proxy_from = ProxyFrom::kNowhere;
    absl::StatusOr<std::unique_ptr<Client>> client =
        Client::Create(clock_, std::move(options));
    if (!client.ok()) return client.status();
    return (*client)->Do({.url = server.Url("/echo", "https")}, StopToken());
  }

  FakeClock clock_;
  const tls::KeyedCertificate authority_ = MakeAuthority("ca");
};

TEST_F(ClientTlsTest, TrustsItsAuthorityAndNoOther) {
  const auto server =
      Serve(*tls::IssueCertificate(authority_, LeafFor({"a.example"})));
  KAITO_ASSERT_OK_AND_ASSIGN(
      const Response response,
      Get(*server, {.ca_pem = authority_.certificate_pem}));
  EXPECT_EQ(response.code, 200);

  const absl::Status other =
      Get(*server, {.ca_pem = MakeAuthority("other").certificate_pem}).status();
  EXPECT_THAT(other, StatusIs(kDistrust, AllOf(HasSubstr("127.0.0.1"),
                                               HasSubstr("issuer"))));
  // Nor the system's authorities, which don't know it.
  EXPECT_THAT(Get(*server, {}), StatusIs(kDistrust));
}

TEST_F(ClientTlsTest, RefusesAnotherHostsCertificate) {
  tls::LeafOptions leaf = LeafFor({"a.example"});
  leaf.ip_addresses = {"127.0.0.9"};
  const auto server = Serve(*tls::IssueCertificate(authority_, leaf));
  EXPECT_THAT(
      Get(*server, {.ca_pem = authority_.certificate_pem}),
      StatusIs(kDistrust, AllOf(HasSubstr("127.0.0.1"), HasSubstr("match"))));
}

TEST_F(ClientTlsTest, RefusesAnExpiredCertificate) {
  tls::LeafOptions leaf = LeafFor({});
  leaf.not_after = kNow - absl::Hours(1);
  const auto server = Serve(*tls::IssueCertificate(authority_, leaf));
  EXPECT_THAT(Get(*server, {.ca_pem = authority_.certificate_pem}),
              StatusIs(kDistrust, HasSubstr("expired")));
}

TEST_F(ClientTlsTest, RefusesAClientsCertificateAsTheServers) {
  tls::LeafOptions leaf = LeafFor({});
  leaf.server = false;
  leaf.client = true;
  const auto server = Serve(*tls::IssueCertificate(authority_, leaf));
  EXPECT_THAT(Get(*server, {.ca_pem = authority_.certificate_pem}),
              StatusIs(kDistrust));
}

TEST_F(ClientTlsTest, AsksForTheServerNameThatItIsGiven) {
  tls::LeafOptions leaf = LeafFor({"kubernetes.default.svc"});
  leaf.ip_addresses = {};
  const auto server = Serve(*tls::IssueCertificate(authority_, leaf));
  ClientOptions options{.ca_pem = authority_.certificate_pem,
                        .server_name = "kubernetes.default.svc"};
  KAITO_ASSERT_OK_AND_ASSIGN(const Response response, Get(*server, options));
  EXPECT_EQ(response.headers.Get("Server-Name"), "kubernetes.default.svc");
  EXPECT_THAT(response.body, HasSubstr(absl::StrCat(
                                 "Host: 127.0.0.1:", server->port(), "\n")));
  options.server_name = "other.default.svc";
  EXPECT_THAT(Get(*server, options), StatusIs(kDistrust));
}

TEST_F(ClientTlsTest, ShowsItsCertificateToAServerThatAsks) {
  const auto server =
      Serve(*tls::IssueCertificate(authority_, LeafFor({})),
            {"--client-ca", Write("ca.pem", authority_.certificate_pem)});
  tls::LeafOptions leaf = LeafFor({});
  leaf.common_name = "node-7";
  leaf.server = false;
  leaf.client = true;
  ClientOptions options{
      .ca_pem = authority_.certificate_pem,
      .client_certificate = *tls::IssueCertificate(authority_, leaf)};
  KAITO_ASSERT_OK_AND_ASSIGN(const Response response, Get(*server, options));
  EXPECT_THAT(std::string(*response.headers.Get("Client-Certificate")),
              HasSubstr("'node-7'"));

  options.client_certificate = {};
  // With TLS 1.3 the server's refusal comes after the handshake, and Python
  // closes so soon that it may be lost: either error is right.
  const absl::Status without = Get(*server, options).status();
  EXPECT_TRUE(without.code() == kDistrust || absl::IsUnavailable(without))
      << without;
}

TEST_F(ClientTlsTest, SpeaksNoTlsOlderThan12) {
  const auto server =
      Serve(*tls::IssueCertificate(authority_, LeafFor({})), {"--old-tls"});
  EXPECT_FALSE(Get(*server, {.ca_pem = authority_.certificate_pem}).ok());
}

TEST_F(ClientTlsTest, IsNotMadeOfCertificatesThatCantWork) {
  const tls::KeyedCertificate leaf =
      *tls::IssueCertificate(authority_, LeafFor({}));
  const auto refuses = [&](ClientOptions options, absl::StatusCode code) {
    return Client::Create(clock_, std::move(options)).status().code() == code;
  };
  EXPECT_TRUE(
      refuses({.ca_pem = "nonsense"}, absl::StatusCode::kInvalidArgument));
  EXPECT_TRUE(
      refuses({.client_certificate = {.certificate_pem = leaf.certificate_pem,
                                      .key_pem = authority_.key_pem}},
              absl::StatusCode::kFailedPrecondition));
  EXPECT_TRUE(
      refuses({.client_certificate = {.certificate_pem = leaf.certificate_pem}},
              absl::StatusCode::kInvalidArgument));
}

TEST_F(ClientTlsTest, ReportsAPlainServerAsUnavailable) {
  const PythonServer plain("kaito/base/http/testdata/server.py");
  EXPECT_THAT(Get(plain, {}), StatusIs(absl::StatusCode::kUnavailable));
}

}  // namespace
}  // namespace kaito::http
