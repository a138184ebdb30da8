// HTTP/2, against a server that keeps to RFC 9113 and shares no code with the
// client's library.

#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <utility>
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
#include "kaito/base/digest/sha256.h"
#include "kaito/base/http/client.h"
#include "kaito/base/http/client_options.h"
#include "kaito/base/http/message.h"
#include "kaito/base/http/python_server.h"
#include "kaito/base/log/secret.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/base/tls/issuer.h"
#include "kaito/base/tls/keyed_certificate.h"

namespace kaito::http {
namespace {

using ::kaito::testing::StatusIs;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class ClientHttp2Test : public ::testing::Test {
 protected:
  // TLS libraries judge validity by the machine's clock.
  ClientHttp2Test()
      : authority_(*tls::CreateAuthority(
            {.common_name = "ca",
             .not_before = absl::Now() - absl::Hours(24),
             .not_after = absl::Now() + absl::Hours(24)})) {}

  std::string Write(const std::string& name, absl::string_view text) {
    const std::string path =
        absl::StrCat(std::getenv("TEST_TMPDIR"), "/", name);
    std::ofstream(path) << text;
    return path;
  }

  void Serve(const std::string& mode, int64_t count = 1) {
    const tls::KeyedCertificate identity = *tls::IssueCertificate(
        authority_, {.common_name = "leaf",
                     .ip_addresses = {"127.0.0.1"},
                     .server = true,
                     .not_before = absl::Now() - absl::Hours(24),
                     .not_after = absl::Now() + absl::Hours(24)});
    server_ = std::make_unique<PythonServer>(
        "kaito/base/http/testdata/http2_server.py",
        std::vector<std::string>{
            "--cert", Write("cert.pem", identity.certificate_pem), "--key",
            Write("key.pem", identity.key_pem.Reveal()), "--mode", mode,
            "--count", absl::StrCat(count)});
    client_ = *Client::Create(clock_, {.ca_pem = authority_.certificate_pem,
                                       .proxy_from = ProxyFrom::kNowhere});
  }

  absl::StatusOr<Response> Do(Request request) {
    request.url = server_->Url("/", "https");
    return client_->Do(std::move(request), StopToken());
  }

  FakeClock clock_;
  const tls::KeyedCertificate authority_;
  std::unique_ptr<PythonServer> server_;
  std::unique_ptr<Client> client_;
};

TEST_F(ClientHttp2Test, SharesAConnection) {
  Serve("echo");
  for (const absl::string_view stream : {"1", "3", "5"}) {
    KAITO_ASSERT_OK_AND_ASSIGN(const Response response, Do({}));
    EXPECT_EQ(response.code, 200);
    EXPECT_THAT(response.body,
                StartsWith(absl::StrCat("connection 1 stream ", stream, " ")));
  }
}

TEST_F(ClientHttp2Test, AsksSeveralThingsAtOnce) {
  constexpr int kRequests = 20;
  Serve("together", kRequests);
  std::vector<absl::StatusOr<Response>> responses(kRequests);
  std::vector<std::thread> threads;
  for (int i = 0; i < kRequests; ++i) {
    threads.emplace_back([&, i] { responses[i] = Do({}); });
  }
  for (std::thread& thread : threads) thread.join();
  // No answer comes before all are asked, so one after the other would hang.
  for (const absl::StatusOr<Response>& response : responses) {
    KAITO_ASSERT_OK(response.status());
    EXPECT_THAT(response->body, StartsWith("connection 1 "));
    EXPECT_THAT(response->body, HasSubstr(" of 20 "));
  }
}

TEST_F(ClientHttp2Test, SendsMoreThanAWindowHolds) {
  Serve("echo");
  const std::string body(300'000, 'b');
  KAITO_ASSERT_OK_AND_ASSIGN(const Response response,
                             Do({.method = "POST", .body = body}));
  EXPECT_THAT(response.body,
              HasSubstr(absl::StrCat(" bytes 300000 ", Sha256Hex(body))));
}

TEST_F(ClientHttp2Test, TakesMoreThanAWindowHolds) {
  // Of a stream, libcurl's is 32 MiB.
  constexpr int64_t kBytes = int64_t{40} << 20;
  Serve("big", kBytes);
  KAITO_ASSERT_OK_AND_ASSIGN(const Response response, Do({}));
  // Not EXPECT_EQ, which would print both.
  EXPECT_TRUE(response.body == std::string(kBytes, 'x'));
}

TEST_F(ClientHttp2Test, AStreamThatWasResetIsNoAnswer) {
  Serve("reset");
  EXPECT_THAT(Do({}),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("127.0.0.1")));
}

TEST_F(ClientHttp2Test, HalfAnAnswerIsNone) {
  Serve("cut", 1000);
  EXPECT_THAT(Do({}), StatusIs(absl::StatusCode::kUnavailable));
}

}  // namespace
}  // namespace kaito::http
