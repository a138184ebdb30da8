#include "kaito/base/http/server.h"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <stdexcept>
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
#include "kaito/base/http/client.h"
#include "kaito/base/http/client_options.h"
#include "kaito/base/http/headers.h"
#include "kaito/base/http/message.h"
#include "kaito/base/http/raw_socket.h"
#include "kaito/base/http/response_writer.h"
#include "kaito/base/http/router.h"
#include "kaito/base/http/server_options.h"
#include "kaito/base/http/server_request.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/base/sync/mutex.h"
#include "kaito/base/sync/notification.h"
#include "kaito/base/sync/stop_token.h"

namespace kaito::http {
namespace {

using ::kaito::testing::IsOkAndHolds;
using ::kaito::testing::StatusIs;
using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

// Far more than any step of a test takes; a test that needs it has failed.
constexpr absl::Duration kLong = absl::Seconds(20);

void Echo(const RoutedRequest& routed, ResponseWriter& writer) {
  const ServerRequest& request = routed.request;
  std::string body =
      absl::StrCat(request.method, " ", request.target.path, " ");
  for (const auto& [name, value] : request.target.query) {
    absl::StrAppend(&body, name, "=", value, " ");
  }
  KAITO_EXPECT_OK(writer.Send({.code = 200,
                               .headers = {{"Content-Type", "text/plain"}},
                               .body = body + request.body}));
}

class ServerTest : public ::testing::Test {
 protected:
  // With /echo, and what the test has added to router_.
  void Start(ServerOptions options = {}) {
    for (const char* method : {"GET", "POST", "PUT"}) {
      KAITO_ASSERT_OK(router_.Add(method, "/echo", Echo));
    }
    absl::StatusOr<std::unique_ptr<Server>> server =
        Server::Start(clock_, options, std::move(router_).AsHandler());
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
    absl::StatusOr<std::unique_ptr<Client>> client =
        Client::Create(client_clock_, {.proxy_from = ProxyFrom::kNowhere});
    ASSERT_TRUE(client.ok()) << client.status();
    client_ = *std::move(client);
  }

  void Add(const char* path, Router::Handler handler) {
    KAITO_ASSERT_OK(router_.Add("GET", path, std::move(handler)));
  }

  std::string Url(absl::string_view path) {
    return absl::StrCat("http://127.0.0.1:", server_->port(), path);
  }
  absl::StatusOr<Response> Get(absl::string_view path) {
    return client_->Do({.url = Url(path)}, StopToken());
  }
  std::unique_ptr<ResponseStream> Open(absl::string_view path) {
    absl::StatusOr<std::unique_ptr<ResponseStream>> stream = client_->Open(
        {.url = Url(path), .timeout = absl::InfiniteDuration()}, StopToken());
    EXPECT_TRUE(stream.ok()) << stream.status();
    return stream.ok() ? *std::move(stream) : nullptr;
  }
  RawSocket Connect() { return RawSocket::Connect(server_->port()); }
  // Sends `text`; all that comes until the server closes.
  std::string Exchange(absl::string_view text) {
    RawSocket socket = Connect();
    socket.Send(text);
    return socket.ReadToEnd();
  }
  // Moves the time on in steps until the server has closed the connection.
  bool ClosesWithTime(RawSocket& socket, absl::Duration total) {
    for (absl::Duration gone; gone <= total; gone += absl::Seconds(1)) {
      if (socket.IsClosedWithin(absl::Milliseconds(5))) return true;
      clock_.Advance(absl::Seconds(1));
    }
    return socket.IsClosedWithin(kLong);
  }

  FakeClock clock_;
  FakeClock client_clock_;
  Router router_;
  std::unique_ptr<Server> server_;
  std::unique_ptr<Client> client_;
};

constexpr char kGet[] = "GET /echo HTTP/1.1\r\nHost: h\r\n\r\n";

TEST_F(ServerTest, ServesPythonsClient) {
  Add("/echo/{name}", Echo);
  Add("/stream", [](const RoutedRequest&, ResponseWriter& writer) {
    absl::StatusOr<BodyStream> stream = writer.Stream(200, {});
    for (int i = 0; i < 100; ++i) {
      KAITO_EXPECT_OK(stream->Write(absl::StrCat("event ", i, "\n")));
    }
    KAITO_EXPECT_OK(stream->Finish());
  });
  Add("/no-content", [](const RoutedRequest&, ResponseWriter& writer) {
    KAITO_EXPECT_OK(writer.Send({.code = 204}));
  });
  Start();
  FILE* pipe = popen(absl::StrCat("python3 kaito/base/http/testdata/client.py ",
                                  server_->port(), " 2>&1")
                         .c_str(),
                     "r");
  std::string text(4096, '\0');
  text.resize(fread(text.data(), 1, text.size(), pipe));
  EXPECT_EQ(pclose(pipe), 0);
  EXPECT_EQ(text, "fine\n");
}

TEST_F(ServerTest, KeepsConnectionsAsTheClientWants) {
  Start();
  RawSocket socket = Connect();
  // Two at once, the second in two pieces, then HTTP/1.0 with its own default.
  socket.Send(absl::StrCat(kGet, "POST /echo HTTP/1.1\r\nHost: h\r\nCont"));
  EXPECT_THAT(socket.ReadUntil("GET /echo "),
              StartsWith("HTTP/1.1 200 OK\r\n"));
  socket.Send("ent-Length: 2\r\n\r\nhi");
  EXPECT_THAT(socket.ReadUntil("POST /echo hi"), Not(HasSubstr("close")));
  socket.Send("GET /echo HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_THAT(socket.ReadUntil("GET /echo "),
              HasSubstr("Connection: keep-alive\r\n"));
  socket.Send("GET /echo HTTP/1.0\r\n\r\n");
  EXPECT_THAT(socket.ReadToEnd(), AllOf(HasSubstr("Connection: close\r\n"),
                                        EndsWith("GET /echo ")));
}

TEST_F(ServerTest, SaysContinueOnlyWhereTheBodyIsWelcome) {
  Start({.max_body_bytes = 10});
  RawSocket socket = Connect();
  socket.Send(
      "PUT /echo HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\n"
      "Content-Length: 4\r\n\r\n");
  EXPECT_EQ(socket.ReadUntil("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  socket.Send("body");
  EXPECT_THAT(socket.ReadUntil("PUT /echo body"), StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(Exchange("PUT /echo HTTP/1.1\r\nHost: h\r\nExpect: 100-continue"
                       "\r\nContent-Length: 11\r\n\r\n"),
              AllOf(StartsWith("HTTP/1.1 413 "), Not(HasSubstr("100"))));
}

TEST_F(ServerTest, RefusesMalformedRequestsAndCloses) {
  Start();
  for (const char* text :
       {"nonsense\r\n\r\n", "GET / HTTP/1.1\r\n\r\n",
        "GET /../etc/passwd HTTP/1.1\r\nHost: h\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: "
        "2\r\n\r\nab",
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: "
        "chunked\r\n\r\nzz\r\n"}) {
    EXPECT_THAT(
        Exchange(text),
        AllOf(StartsWith("HTTP/1.1 400 Bad Request\r\n"),
              HasSubstr("Connection: close\r\n"), HasSubstr("{\"code\":400,")))
        << text;
  }
}

TEST_F(ServerTest, BoundsHeaderAndBody) {
  Start({.max_header_bytes = 1000, .max_body_bytes = 1000});
  EXPECT_THAT(Exchange(absl::StrCat("GET / HTTP/1.1\r\nHost: h\r\nA: ",
                                    std::string(100'000, 'x'))),
              StartsWith("HTTP/1.1 431 "));
  // The client sends on, and still gets to read the answer.
  EXPECT_THAT(Exchange(absl::StrCat("PUT /echo HTTP/1.1\r\nHost: h\r\n"
                                    "Content-Length: 500000\r\n\r\n",
                                    std::string(500'000, 'x'))),
              StartsWith("HTTP/1.1 413 "));
}

TEST_F(ServerTest, LosesPatienceWithSlowClients) {
  Start();
  RawSocket header = Connect();
  header.Send("GET / HTTP/1.1\r\nHost");
  clock_.AwaitWaiters(1);
  std::string seen;
  std::thread reader([&] { seen = header.ReadUntil("\r\n\r\n"); });
  RawSocket silent = Connect();
  EXPECT_TRUE(ClosesWithTime(silent, absl::Seconds(15)));
  reader.join();
  EXPECT_THAT(seen, StartsWith("HTTP/1.1 408 "));

  RawSocket body = Connect();
  body.Send(
      "PUT /echo HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\n"
      "Content-Length: 9\r\n\r\n");
  body.ReadUntil("100 Continue\r\n\r\n");
  EXPECT_TRUE(ClosesWithTime(body, absl::Seconds(65)));
}

TEST_F(ServerTest, ClosesIdleConnections) {
  Start({.idle_timeout = absl::Seconds(30)});
  RawSocket socket = Connect();
  socket.Send(kGet);
  socket.ReadUntil("GET /echo ");
  EXPECT_TRUE(ClosesWithTime(socket, absl::Seconds(35)));
}

TEST_F(ServerTest, AcceptsNoMoreConnectionsThanItsLimit) {
  Start({.max_connections = 1});
  RawSocket first = Connect();
  first.Send(kGet);
  first.ReadUntil("GET /echo ");
  RawSocket second = Connect();  // In the kernel's backlog.
  second.Send(kGet);
  EXPECT_FALSE(second.IsClosedWithin(absl::Milliseconds(20)));
  first.Close();
  EXPECT_THAT(second.ReadUntil("GET /echo "), StartsWith("HTTP/1.1 200"));
}

TEST_F(ServerTest, Answers503BeyondItsLimitOfRequests) {
  Notification entered;
  Notification leave;
  Add("/slow", [&](const RoutedRequest&, ResponseWriter& writer) {
    entered.Notify();
    leave.Wait();
    KAITO_EXPECT_OK(writer.Send({.code = 200}));
  });
  Start({.max_in_flight = 1});
  absl::StatusOr<Response> slow;
  std::thread caller([&] { slow = Get("/slow"); });
  entered.Wait();
  KAITO_ASSERT_OK_AND_ASSIGN(const Response refused, Get("/echo"));
  EXPECT_EQ(refused.code, 503);
  EXPECT_EQ(refused.headers.Get("Retry-After"), "1");
  leave.Notify();
  caller.join();
  KAITO_EXPECT_OK(slow);
  KAITO_ASSERT_OK_AND_ASSIGN(const Response served, Get("/echo"));
  EXPECT_EQ(served.code, 200);
}

TEST_F(ServerTest, AnswersForHandlersThatDont) {
  Add("/nothing", [](const RoutedRequest&, ResponseWriter&) {});
  Add("/throws", [](const RoutedRequest&, ResponseWriter&) {
    throw std::runtime_error("a bug");
  });
  Add("/wrong", [](const RoutedRequest&, ResponseWriter& writer) {
    EXPECT_FALSE(writer.Send({.code = 99}).ok());
    EXPECT_FALSE(
        writer.Send({.code = 200, .headers = {{"A", "b\r\nC: d"}}}).ok());
    EXPECT_FALSE(
        writer.Send({.code = 200, .headers = {{"content-length", "1"}}}).ok());
    KAITO_EXPECT_OK(writer.Send({.code = 418}));
    EXPECT_THAT(writer.Send({.code = 200}),
                StatusIs(absl::StatusCode::kFailedPrecondition));
  });
  Start();
  EXPECT_EQ(Get("/nothing")->code, 500);
  EXPECT_EQ(Get("/throws")->code, 500);
  EXPECT_EQ(Get("/wrong")->code, 418);
}

TEST_F(ServerTest, WritesManyStreamsWithOneWorker) {
  Mutex mutex;
  std::vector<BodyStream> streams;
  Add("/watch", [&](const RoutedRequest&, ResponseWriter& writer) {
    MutexLock lock(mutex);
    streams.push_back(*writer.Stream(200, {{"Content-Type", "text/x"}}));
  });
  Start({.worker_threads = 1});
  std::vector<std::unique_ptr<ResponseStream>> watches;
  for (int i = 0; i < 20; ++i) watches.push_back(Open("/watch"));
  {
    MutexLock lock(mutex);
    for (BodyStream& stream : streams) {
      KAITO_EXPECT_OK(stream.TryWrite("event"));
    }
  }
  for (auto& watch : watches) {
    EXPECT_THAT(watch->Read(), IsOkAndHolds(std::string("event")));
  }
  MutexLock lock(mutex);
  for (BodyStream& stream : streams) KAITO_EXPECT_OK(stream.Finish());
  for (auto& watch : watches) {
    EXPECT_THAT(watch->Read(), IsOkAndHolds(std::string()));
  }
}

TEST_F(ServerTest, AnswersLaterFromElsewhere) {
  std::optional<ResponseWriter> kept;
  Notification taken;
  Add("/later", [&](const RoutedRequest&, ResponseWriter& writer) {
    kept = std::move(writer);
    taken.Notify();
  });
  Start({.worker_threads = 1});
  absl::StatusOr<Response> late;
  std::thread caller([&] { late = Get("/later"); });
  taken.Wait();
  KAITO_EXPECT_OK(Get("/echo"));  // The worker is free.
  KAITO_EXPECT_OK(kept->Send({.code = 202, .body = "late"}));
  caller.join();
  KAITO_ASSERT_OK(late);
  EXPECT_EQ(late->body, "late");
}

TEST_F(ServerTest, CutsAStreamThatIsDroppedUnfinished) {
  std::optional<BodyStream> stream;
  Notification started;
  Add("/watch", [&](const RoutedRequest&, ResponseWriter& writer) {
    stream = *writer.Stream(200, {});
    started.Notify();
  });
  Start();
  const std::unique_ptr<ResponseStream> watch = Open("/watch");
  started.Wait();
  stream.reset();
  EXPECT_THAT(watch->Read(), StatusIs(absl::StatusCode::kUnavailable));
}

TEST_F(ServerTest, BoundsWhatAStreamHoldsForASlowClient) {
  std::optional<BodyStream> stream;
  Notification started;
  Add("/watch", [&](const RoutedRequest&, ResponseWriter& writer) {
    stream = *writer.Stream(200, {});
    started.Notify();
  });
  Start({.max_queued_bytes = 100'000});
  RawSocket socket = Connect();
  socket.Send("GET /watch HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  started.Wait();
  const std::string piece(10'000, 'x');
  int64_t written = 0;
  absl::Status status;
  // The client reads nothing. Kernel buffers hold up to 10 MB on loopback.
  while ((status = stream->TryWrite(piece)).ok() && written < 64 << 20) {
    written += 10'000;
  }
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_LT(written, 32 << 20);

  // Write() waits for the client instead.
  std::thread writer([&] {
    for (int i = 0; i < 1000; ++i) KAITO_EXPECT_OK(stream->Write(piece));
    KAITO_EXPECT_OK(stream->Finish());
  });
  const std::string all = socket.ReadToEnd();
  writer.join();
  EXPECT_EQ(std::count(all.begin(), all.end(), 'x'), written + 10'000'000);
}

TEST_F(ServerTest, CutsAClientThatTakesNothing) {
  absl::Status status;
  Notification ended;
  Add("/watch", [&](const RoutedRequest&, ResponseWriter& writer) {
    BodyStream stream = *writer.Stream(200, {});
    const std::string piece(1 << 20, 'x');
    while ((status = stream.Write(piece)).ok()) {
    }
    const StopCallback on_stop =
        stream.client_gone().OnStop([&] { ended.Notify(); });
    ended.Wait();
  });
  Start({.write_timeout = absl::Seconds(30)});
  RawSocket socket = Connect();
  socket.Send("GET /watch HTTP/1.1\r\nHost: h\r\n\r\n");
  socket.ReadUntil("\r\n\r\n");
  while (!ended.HasBeenNotified()) {
    clock_.Advance(absl::Seconds(1));
    std::this_thread::yield();
  }
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kCancelled));
}

TEST_F(ServerTest, SeesItsClientsLeave) {
  Notification gone;
  absl::Status late;
  Add("/wait", [&](const RoutedRequest&, ResponseWriter& writer) {
    Notification stopped;
    const StopToken token = writer.client_gone();
    const StopCallback on_stop = token.OnStop([&] { stopped.Notify(); });
    stopped.Wait();
    late = writer.Send({.code = 200});
    gone.Notify();
  });
  Start();
  {
    RawSocket socket = Connect();
    socket.Send("GET /wait HTTP/1.1\r\nHost: h\r\n\r\n");
  }
  gone.Wait();
  EXPECT_THAT(late, StatusIs(absl::StatusCode::kCancelled));
}

TEST_F(ServerTest, FinishesWhatItServesWhenAskedToStop) {
  Notification entered;
  Notification leave;
  Add("/slow", [&](const RoutedRequest&, ResponseWriter& writer) {
    entered.Notify();
    leave.Wait();
    KAITO_EXPECT_OK(writer.Send({.code = 200, .body = "done"}));
  });
  Start();
  RawSocket idle = Connect();
  idle.Send(kGet);
  idle.ReadUntil("GET /echo ");
  absl::StatusOr<Response> slow;
  std::thread caller([&] { slow = Get("/slow"); });
  entered.Wait();
  const int port = server_->port();
  std::thread stopper([&] { server_->Stop(absl::Hours(1)); });
  EXPECT_TRUE(idle.IsClosedWithin(kLong));
  EXPECT_TRUE(server_->stopping().stopped());
  leave.Notify();
  caller.join();
  client_ = nullptr;
  stopper.join();
  KAITO_ASSERT_OK(slow);
  EXPECT_EQ(slow->body, "done");
  EXPECT_EQ(slow->headers.Get("Connection"), "close");
  // The port is free again.
  KAITO_EXPECT_OK(Server::Start(clock_, {.port = port},
                                [](const ServerRequest&, ResponseWriter&) {}));
}

TEST_F(ServerTest, CutsStreamsAtTheDeadlineOfAStop) {
  std::optional<BodyStream> stream;
  Notification started;
  Add("/watch", [&](const RoutedRequest&, ResponseWriter& writer) {
    stream = *writer.Stream(200, {});
    started.Notify();
  });
  Start();
  const std::unique_ptr<ResponseStream> watch = Open("/watch");
  started.Wait();
  std::thread stopper([&] { server_->Stop(absl::Seconds(20)); });
  while (!server_->stopping().stopped()) std::this_thread::yield();
  KAITO_EXPECT_OK(stream->Write("still open"));
  EXPECT_THAT(watch->Read(), IsOkAndHolds(std::string("still open")));
  clock_.AwaitWaiters(1);
  clock_.Advance(absl::Seconds(21));
  stopper.join();
  EXPECT_THAT(watch->Read(), StatusIs(absl::StatusCode::kUnavailable));
  server_ = nullptr;
  // The stream outlives the server.
  EXPECT_THAT(stream->Write("x"), StatusIs(absl::StatusCode::kCancelled));
  EXPECT_TRUE(stream->client_gone().stopped());
}

TEST_F(ServerTest, TellsHandlersOfPeersAndRefusesBadOptions) {
  Peer peer;
  Add("/peer", [&](const RoutedRequest& routed, ResponseWriter& writer) {
    peer = routed.request.peer;
    KAITO_EXPECT_OK(writer.Send({.code = 200}));
  });
  Start({.address = "::1"});
  KAITO_EXPECT_OK(client_->Do(
      {.url = absl::StrCat("http://[::1]:", server_->port(), "/peer")},
      StopToken()));
  EXPECT_EQ(peer.address, "::1");
  EXPECT_FALSE(peer.tls);

  const auto start = [&](ServerOptions options) {
    return Server::Start(clock_, options,
                         [](const ServerRequest&, ResponseWriter&) {})
        .status();
  };
  EXPECT_THAT(start({.address = "::1", .port = server_->port()}),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("in use")));
  EXPECT_THAT(start({.address = "localhost"}),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(start({.worker_threads = 0}),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace kaito::http
