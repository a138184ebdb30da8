#include "kaito/base/http/client.h"

#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/clock/fake_clock.h"
#include "kaito/base/digest/sha256.h"
#include "kaito/base/http/address_policy.h"
#include "kaito/base/http/client_options.h"
#include "kaito/base/http/message.h"
#include "kaito/base/http/python_server.h"
#include "kaito/base/http/raw_socket.h"
#include "kaito/base/http/retry_policy.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/base/sync/notification.h"
#include "kaito/base/sync/stop_token.h"

namespace kaito::http {
namespace {

using ::kaito::testing::IsOkAndHolds;
using ::kaito::testing::StatusIs;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr absl::StatusCode kUnavailable = absl::StatusCode::kUnavailable;
constexpr absl::StatusCode kDeadline = absl::StatusCode::kDeadlineExceeded;
constexpr absl::StatusCode kExhausted = absl::StatusCode::kResourceExhausted;
constexpr absl::StatusCode kInvalid = absl::StatusCode::kInvalidArgument;

class ClientTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    server_ = new PythonServer("kaito/base/http/testdata/server.py");
  }
  static void TearDownTestSuite() {
    delete server_;
    server_ = nullptr;
  }

  ClientTest() : client_(MakeClient({})) {}

  std::unique_ptr<Client> MakeClient(ClientOptions options) {
    options.proxy_from = ProxyFrom::kNowhere;
    absl::StatusOr<std::unique_ptr<Client>> client =
        Client::Create(clock_, std::move(options));
    EXPECT_TRUE(client.ok()) << client.status();
    return *std::move(client);
  }

  absl::StatusOr<Response> Do(Request request) {
    return client_->Do(std::move(request), StopToken());
  }
  absl::StatusOr<Response> Get(absl::string_view path) {
    return Do({.url = server_->Url(path)});
  }
  absl::StatusOr<std::unique_ptr<ResponseStream>> Open(Request request) {
    return client_->Open(std::move(request), StopToken());
  }

  static PythonServer* server_;
  FakeClock clock_;
  std::unique_ptr<Client> client_;
};

PythonServer* ClientTest::server_ = nullptr;

TEST_F(ClientTest, SendsWhatItWasGivenAndNothingElse) {
  KAITO_ASSERT_OK_AND_ASSIGN(
      const Response response,
      Do({.method = "POST",
          .url = server_->Url("/echo?a=b%20c"),
          .headers = {{"Accept", "application/json"}, {"X-Empty", ""}},
          .body = std::string("line\0two", 8)}));
  EXPECT_EQ(response.code, 200);
  EXPECT_EQ(response.body,
            absl::StrCat("POST /echo?a=b%20c\nAccept: application/json\n"
                         "Content-Length: 8\nHost: 127.0.0.1:",
                         server_->port(), "\nUser-Agent: kaito\nX-Empty: \n\n",
                         absl::string_view("line\0two", 8)));
}

TEST_F(ClientTest, SpeaksEveryMethod) {
  for (const char* method : {"GET", "PUT", "PATCH", "DELETE"}) {
    KAITO_ASSERT_OK_AND_ASSIGN(
        const Response response,
        Do({.method = method, .url = server_->Url("/echo"), .body = "b"}));
    EXPECT_THAT(response.body,
                AllOf(StartsWith(absl::StrCat(method, " /echo\n")),
                      HasSubstr("Content-Length: 1\n")));
  }
  KAITO_ASSERT_OK_AND_ASSIGN(
      const Response head,
      Do({.method = "HEAD", .url = server_->Url("/bytes/100")}));
  EXPECT_EQ(head.headers.Get("content-length"), "100");
  EXPECT_EQ(head.body, "");
}

TEST_F(ClientTest, ReturnsHttpErrorsAsResponses) {
  KAITO_ASSERT_OK_AND_ASSIGN(const Response response,
                             Get("/status/503?Retry-After=7"));
  EXPECT_EQ(response.code, 503);
  EXPECT_EQ(response.headers.Get("Retry-After"), "7");
  EXPECT_EQ(response.body, "{\"message\":\"as asked\"}");
}

TEST_F(ClientTest, ReadsChunksGzipAndFinalAnswersAfterInterimOnes) {
  KAITO_ASSERT_OK_AND_ASSIGN(const Response chunked, Get("/chunked/300"));
  EXPECT_EQ(chunked.body, std::string(300'000, 'y'));
  KAITO_ASSERT_OK_AND_ASSIGN(
      const Response gzip,
      Do({.url = server_->Url("/gzip/100000"), .accept_gzip = true}));
  EXPECT_EQ(gzip.body, std::string(100'000, '\0'));
  KAITO_ASSERT_OK_AND_ASSIGN(const Response interim, Get("/interim"));
  EXPECT_EQ(interim.body, "final");
  EXPECT_FALSE(interim.headers.Has("Interim"));
}

TEST_F(ClientTest, KeepsItsConnection) {
  KAITO_ASSERT_OK_AND_ASSIGN(const Response first, Get("/echo"));
  KAITO_ASSERT_OK_AND_ASSIGN(const Response second, Get("/echo"));
  EXPECT_EQ(*first.headers.Get("Client-Port"),
            *second.headers.Get("Client-Port"));
}

TEST_F(ClientTest, RefusesOtherProtocolsAndSmuggledHeaders) {
  for (const char* url : {"file:///etc/passwd", "ftp://h/x", "gopher://h",
                          "/etc/passwd", "http://", ""}) {
    EXPECT_THAT(Do({.url = url}), StatusIs(kInvalid)) << url;
  }
  const std::string url = server_->Url("/echo");
  EXPECT_THAT(Do({.url = url, .headers = {{"A", "b\r\nC: d"}}}),
              StatusIs(kInvalid));
  EXPECT_THAT(Do({.url = url, .headers = {{"A: b\r\nC", "d"}}}),
              StatusIs(kInvalid));
  EXPECT_THAT(Do({.url = url, .headers = {{"content-length", "5"}}}),
              StatusIs(kInvalid));
  EXPECT_THAT(Do({.method = "GET / HTTP/1.1\r\nX:", .url = url}),
              StatusIs(kInvalid));
}

TEST_F(ClientTest, NamesTheUrlWithoutItsSecrets) {
  int port = 0;
  {
    const RawListener listener;
    port = listener.port();
  }
  const absl::Status status =
      Do({.url = absl::StrCat("http://user:hunter2@127.0.0.1:", port,
                              "/blob?sig=hunter2#hunter2")})
          .status();
  EXPECT_THAT(status,
              StatusIs(kUnavailable,
                       AllOf(StartsWith(absl::StrCat(
                                 "GET http://127.0.0.1:", port, "/blob: ")),
                             Not(HasSubstr("hunter2")))));
  EXPECT_TRUE(WasNotSent(status));
}

TEST_F(ClientTest, ReportsABrokenAnswerAsUnavailable) {
  EXPECT_THAT(Get("/cut"), StatusIs(kUnavailable, HasSubstr("cut short")));
  EXPECT_THAT(Get("/cut-chunks"), StatusIs(kUnavailable));
  const absl::Status reset = Get("/reset").status();
  EXPECT_THAT(reset, StatusIs(kUnavailable));
  EXPECT_FALSE(WasNotSent(reset));
}

TEST_F(ClientTest, GivesWhatCameBeforeABodyWasCut) {
  KAITO_ASSERT_OK_AND_ASSIGN(const std::unique_ptr<ResponseStream> stream,
                             Open({.url = server_->Url("/cut")}));
  EXPECT_THAT(stream->Read(), IsOkAndHolds(std::string(10, 'z')));
  EXPECT_THAT(stream->Read(), StatusIs(kUnavailable));
  EXPECT_THAT(stream->Read(), StatusIs(kUnavailable));
}

TEST_F(ClientTest, RefusesWhatIsNotHttp) {
  for (const char* answer :
       {"SSH-2.0-OpenSSH_9.2\r\n", "HTTP/9.9 200 OK\r\n\r\n", "\0\0\0",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"}) {
    RawListener listener;
    std::thread peer([&] {
      RawSocket socket = listener.Accept();
      socket.ReadUntil("\r\n\r\n");
      socket.Send(answer);
    });
    EXPECT_THAT(
        Do({.url = absl::StrCat("http://127.0.0.1:", listener.port(), "/")}),
        StatusIs(kUnavailable))
        << answer;
    peer.join();
  }
}

TEST_F(ClientTest, EndsAtTheTimeout) {
  absl::Status status;
  std::thread caller([&] { status = Get("/silent").status(); });
  clock_.AwaitWaiters(1);
  clock_.Advance(absl::Seconds(30));
  caller.join();
  EXPECT_THAT(status, StatusIs(kDeadline, HasSubstr("within 30s")));
}

TEST_F(ClientTest, EndsWhenNoByteComesForTooLong) {
  KAITO_ASSERT_OK_AND_ASSIGN(const std::unique_ptr<ResponseStream> stream,
                             Open({.url = server_->Url("/open"),
                                   .timeout = absl::InfiniteDuration(),
                                   .idle_timeout = absl::Seconds(45)}));
  EXPECT_THAT(stream->Read(), IsOkAndHolds(std::string("first")));
  absl::StatusOr<std::string> next;
  std::thread caller([&] { next = stream->Read(); });
  clock_.AwaitWaiters(1);
  clock_.Advance(absl::Seconds(45));
  caller.join();
  EXPECT_THAT(next, StatusIs(kDeadline, HasSubstr("no byte for 45s")));
}

TEST_F(ClientTest, EndsWithItsTokenBeforeAndWithinTheBody) {
  StopSource source;
  KAITO_ASSERT_OK_AND_ASSIGN(
      const std::unique_ptr<ResponseStream> stream,
      client_->Open({.url = server_->Url("/open")}, source.token()));
  EXPECT_THAT(stream->Read(), IsOkAndHolds(std::string("first")));
  source.RequestStop(absl::AbortedError("lost the lease"));
  EXPECT_THAT(stream->Read(), StatusIs(absl::StatusCode::kAborted,
                                       HasSubstr("lost the lease")));
  EXPECT_THAT(client_->Do({.url = server_->Url("/echo")}, source.token()),
              StatusIs(absl::StatusCode::kAborted));
}

TEST_F(ClientTest, ClosesTheConnectionOfAStreamThatIsDropped) {
  {
    KAITO_ASSERT_OK_AND_ASSIGN(const std::unique_ptr<ResponseStream> stream,
                               Open({.url = server_->Url("/open")}));
    EXPECT_THAT(stream->Read(), IsOkAndHolds(std::string("first")));
  }
  KAITO_ASSERT_OK_AND_ASSIGN(const Response left, Get("/left"));
  EXPECT_EQ(left.code, 200);
}

TEST_F(ClientTest, EndsItsStreamsWhenDestroyed) {
  KAITO_ASSERT_OK_AND_ASSIGN(const std::unique_ptr<ResponseStream> stream,
                             Open({.url = server_->Url("/open")}));
  EXPECT_THAT(stream->Read(), IsOkAndHolds(std::string("first")));
  client_ = nullptr;
  EXPECT_THAT(stream->Read(), StatusIs(absl::StatusCode::kCancelled));
}

TEST_F(ClientTest, BoundsBodyAndHeader) {
  Request request = {.url = server_->Url("/bytes/1000"),
                     .max_body_bytes = 1000};
  KAITO_EXPECT_OK(Do(request));
  request.max_body_bytes = 999;
  EXPECT_THAT(Do(request),
              StatusIs(kExhausted, HasSubstr("more than 999 bytes")));
  EXPECT_THAT(Do({.url = server_->Url("/gzip/1000000"),
                  .max_body_bytes = 999'999,
                  .accept_gzip = true}),
              StatusIs(kExhausted));
  KAITO_EXPECT_OK(Get("/big-header/60"));
  EXPECT_THAT(Get("/big-header/80"),
              StatusIs(kExhausted, HasSubstr("header has more than 65536")));
}

TEST_F(ClientTest, TakesNoMoreFromTheNetworkThanItsReaderTakes) {
  constexpr int64_t kBody = int64_t{64} << 20;
  RawListener listener;
  int64_t sent_unread = 0;
  int64_t sent = 0;
  Notification stuck;
  std::thread peer([&] {
    RawSocket socket = listener.Accept();
    socket.ReadUntil("\r\n\r\n");
    socket.Send(
        absl::StrCat("HTTP/1.1 200 OK\r\nContent-Length: ", kBody, "\r\n\r\n"));
    sent_unread = socket.SendZeros(kBody, absl::Milliseconds(300));
    stuck.Notify();
    sent =
        sent_unread + socket.SendZeros(kBody - sent_unread, absl::Seconds(60));
  });
  KAITO_ASSERT_OK_AND_ASSIGN(
      const std::unique_ptr<ResponseStream> stream,
      Open({.url = absl::StrCat("http://127.0.0.1:", listener.port(), "/"),
            .max_queued_bytes = 128 << 10}));
  stuck.Wait();  // Nothing is read until the peer can send no more.
  KAITO_ASSERT_OK_AND_ASSIGN(const Response response, ReadAll(*stream, kBody));
  peer.join();
  EXPECT_EQ(static_cast<int64_t>(response.body.size()), kBody);
  EXPECT_EQ(sent, kBody);
  // The kernel's buffers on loopback hold up to 10 MB.
  EXPECT_LT(sent_unread, int64_t{32} << 20);
}

TEST_F(ClientTest, UploadsFromAProducer) {
  constexpr int64_t kPieces = 40;
  const std::string piece(100'000, 'p');
  int64_t given = 0;
  const std::thread::id caller = std::this_thread::get_id();
  KAITO_ASSERT_OK_AND_ASSIGN(
      const Response response,
      Do({.method = "PUT",
          .url = server_->Url("/digest"),
          .producer = [&]() -> absl::StatusOr<std::string> {
            EXPECT_EQ(std::this_thread::get_id(), caller);
            return given++ < kPieces ? piece : "";
          },
          .produced_bytes = kPieces * 100'000}));
  EXPECT_EQ(response.body, Sha256Hex(std::string(kPieces * 100'000, 'p')));
}

TEST_F(ClientTest, EndsAnUploadWhoseProducerFailsOrMiscounts) {
  const auto upload = [&](BodyProducer producer) {
    return Do({.method = "PUT",
               .url = server_->Url("/digest"),
               .producer = std::move(producer),
               .produced_bytes = 10})
        .status();
  };
  EXPECT_THAT(upload([] { return absl::DataLossError("bad sector"); }),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("bad sector")));
  EXPECT_THAT(upload([] { return std::string(11, 'x'); }),
              StatusIs(kInvalid, HasSubstr("10 were announced")));
  int calls = 0;
  EXPECT_THAT(upload([&] { return calls++ == 0 ? std::string("four") : ""; }),
              StatusIs(kInvalid, HasSubstr("has 4 bytes, 10 were announced")));
}

TEST_F(ClientTest, AsksThePolicyAfterNameResolution) {
  const std::unique_ptr<Client> guarded =
      MakeClient({.address_policy = PublicAddressesOnly});
  const std::string url =
      absl::StrCat("http://localhost:", server_->port(), "/echo");
  const absl::Status refused = guarded->Do({.url = url}, StopToken()).status();
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kPermissionDenied,
                                AllOf(HasSubstr("is not public (loopback"),
                                      HasSubstr("localhost"))));
  KAITO_EXPECT_OK(Do({.url = url}));
}

TEST_F(ClientTest, QueuesRequestsBeyondItsConnections) {
  const std::unique_ptr<Client> narrow = MakeClient({.max_connections = 2});
  std::vector<std::thread> callers;
  std::vector<absl::Status> statuses(20);
  for (absl::Status& status : statuses) {
    callers.emplace_back([&status, &narrow] {
      status = narrow->Do({.url = server_->Url("/chunked/20")}, StopToken())
                   .status();
    });
  }
  for (std::thread& caller : callers) caller.join();
  for (const absl::Status& status : statuses) KAITO_EXPECT_OK(status);
}

TEST_F(ClientTest, GoesThroughAProxyThatItIsGiven) {
  RawListener proxy;
  std::string seen;
  std::thread peer([&] {
    RawSocket socket = proxy.Accept();
    seen = socket.ReadUntil("\r\n\r\n");
    socket.Send("HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nproxied");
  });
  ClientOptions options{
      .proxy_from = ProxyFrom::kUrl,
      .proxy_url = absl::StrCat("http://127.0.0.1:", proxy.port())};
  KAITO_ASSERT_OK_AND_ASSIGN(const std::unique_ptr<Client> client,
                             Client::Create(clock_, options));
  KAITO_ASSERT_OK_AND_ASSIGN(
      const Response response,
      client->Do({.url = "http://unknown.invalid/x"}, StopToken()));
  peer.join();
  EXPECT_EQ(response.body, "proxied");
  EXPECT_THAT(seen, StartsWith("GET http://unknown.invalid/x HTTP/1.1\r\n"));
}

TEST_F(ClientTest, GivesUpConnectingAfterTheConnectTimeout) {
  // A listener whose backlog is full drops further connections' first packets.
  RawListener full(/*backlog=*/0);
  const RawSocket fill = RawSocket::Connect(full.port());
  const std::unique_ptr<Client> hasty =
      MakeClient({.connect_timeout = absl::Milliseconds(50)});
  const absl::Status status =
      hasty
          ->Do({.url = absl::StrCat("http://127.0.0.1:", full.port(), "/")},
               StopToken())
          .status();
  EXPECT_THAT(status, StatusIs(kDeadline));
  EXPECT_TRUE(WasNotSent(status));
}

}  // namespace
}  // namespace kaito::http
