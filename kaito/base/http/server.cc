#include "kaito/base/http/server.h"

#include <atomic>
#include <cstdint>
#include <exception>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/clock/steady_time.h"
#include "kaito/base/http/connection.h"
#include "kaito/base/http/error_body.h"
#include "kaito/base/http/exchange.h"
#include "kaito/base/http/headers.h"
#include "kaito/base/http/response_writer.h"
#include "kaito/base/http/server_options.h"
#include "kaito/base/http/server_request.h"
#include "kaito/base/http/server_tls.h"
#include "kaito/base/http/transport.h"
#include "kaito/base/log/log.h"
#include "kaito/base/status/status.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/sync/mutex.h"
#include "kaito/base/sync/notification.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/base/sync/thread_annotations.h"
#include "kaito/base/thread/thread.h"
#include "kaito/base/thread/thread_pool.h"
#include "kaito/base/tls/keyed_certificate.h"
#include "third_party/boost/asio.h"

namespace kaito::http {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

// After an error that may pass (no file descriptors left).
constexpr absl::Duration kAcceptPause = absl::Milliseconds(100);

absl::Status CheckOptions(const ServerOptions& options) {
  const std::pair<const char*, int64_t> positive[] = {
      {"io_threads", options.io_threads},
      {"worker_threads", options.worker_threads},
      {"max_connections", options.max_connections},
      {"max_in_flight", options.max_in_flight},
      {"max_header_bytes", options.max_header_bytes},
      {"max_queued_bytes", options.max_queued_bytes},
  };
  for (const auto& [name, value] : positive) {
    if (value < 1) {
      return absl::InvalidArgumentError(absl::StrCat("HTTP server: ", name,
                                                     " is ", value,
                                                     ", want at least "
                                                     "1"));
    }
  }
  if (options.port < 0 || options.port > 65535 || options.max_body_bytes < 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("HTTP server: port ", options.port, " or max_body_bytes ",
                     options.max_body_bytes, " is out of range"));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::shared_ptr<Transport::SslContext>> MakeContext(
    const ServerTls& options) {
  KAITO_ASSIGN_OR_RETURN(SslContextPtr context, MakeServerContext(options));
  return std::make_shared<Transport::SslContext>(context.release());
}

class AsioServer final : public Server, private ConnectionHost {
 public:
  AsioServer(Clock& clock, ServerOptions options, Handler handler)
      : clock_(clock),
        options_(std::move(options)),
        handler_(std::move(handler)),
        io_(options_.io_threads),
        work_(asio::make_work_guard(io_)),
        strand_(asio::make_strand(io_)),
        acceptor_(strand_) {}
  ~AsioServer() override { Stop(absl::ZeroDuration()); }

  absl::Status Listen();
  absl::Status StartThreads();

  int port() const override { return port_; }
  StopToken stopping() const override { return stopping_.token(); }
  absl::Status ReplaceCertificate(
      const tls::KeyedCertificate& identity) override;
  void Stop(absl::Duration patience) override;

 private:
  void Dispatch(ServerRequest request,
                std::shared_ptr<Exchange> exchange) override;
  void OnClosed(int64_t id) override KAITO_EXCLUDES(mutex_);
  bool draining() const override { return stopping_.token().stopped(); }

  void RunIo();
  void Accept() KAITO_EXCLUDES(mutex_);
  void OnAccept(const error_code& error, Tcp::socket socket);
  void AddConnection(Tcp::socket socket) KAITO_EXCLUDES(mutex_);
  std::vector<std::shared_ptr<Connection>> Connections() KAITO_EXCLUDES(mutex_);
  bool AwaitNoConnections(SteadyTime deadline) KAITO_EXCLUDES(mutex_);

  Clock& clock_;
  const ServerOptions options_;
  const Handler handler_;
  int port_ = 0;
  StopSource stopping_;
  // Shared with the slots that exchanges hold.
  const std::shared_ptr<std::atomic<int64_t>> in_flight_ =
      std::make_shared<std::atomic<int64_t>>(0);

  asio::io_context io_;
  asio::executor_work_guard<asio::io_context::executor_type> work_;
  const asio::strand<asio::io_context::executor_type> strand_;
  // On strand_.
  Tcp::acceptor acceptor_;
  Timer accept_pause_;

  Mutex mutex_;
  CondVar closed_;
  int64_t last_id_ KAITO_GUARDED_BY(mutex_) = 0;
  bool accept_is_held_ KAITO_GUARDED_BY(mutex_) = false;
  std::map<int64_t, std::shared_ptr<Connection>> connections_
      KAITO_GUARDED_BY(mutex_);
  // Shared with the connections made from it; null without TLS.
  std::shared_ptr<Transport::SslContext> context_ KAITO_GUARDED_BY(mutex_);

  std::unique_ptr<ThreadPool> workers_;
  std::vector<Thread> io_threads_;
};

absl::Status AsioServer::Listen() {
  KAITO_RETURN_IF_ERROR(CheckOptions(options_));
  if (options_.tls.has_value()) {
    absl::StatusOr<std::shared_ptr<Transport::SslContext>> context =
        MakeContext(*options_.tls);
    if (!context.ok()) return context.status();
    MutexLock lock(mutex_);
    context_ = *std::move(context);
  }
  error_code error;
  const asio::ip::address address =
      asio::ip::make_address(options_.address, error);
  if (error) {
    return absl::InvalidArgumentError(absl::StrCat(
        "HTTP server: \"", options_.address, "\" is not an IP address"));
  }
  const Tcp::endpoint endpoint(address, static_cast<uint16_t>(options_.port));
  acceptor_.open(endpoint.protocol(), error);
  if (!error) acceptor_.set_option(Tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor_.bind(endpoint, error);
  if (!error) acceptor_.listen(Tcp::acceptor::max_listen_connections, error);
  if (error) {
    return ErrnoToStatus(
        error.value(), absl::StrCat("HTTP server: listen on ", options_.address,
                                    " port ", options_.port));
  }
  port_ = acceptor_.local_endpoint(error).port();
  return absl::OkStatus();
}

absl::Status AsioServer::StartThreads() {
  KAITO_ASSIGN_OR_RETURN(
      workers_, ThreadPool::Create({.name = "http-worker",
                                    .threads = options_.worker_threads,
                                    .queue_capacity = options_.max_in_flight}));
  asio::post(strand_, [this] { Accept(); });
  for (int i = 0; i < options_.io_threads; ++i) {
    KAITO_ASSIGN_OR_RETURN(Thread thread,
                           Thread::Start("http-io", [this] { RunIo(); }));
    io_threads_.push_back(std::move(thread));
  }
  return absl::OkStatus();
}

void AsioServer::RunIo() {
  while (true) {
    try {
      io_.run();
      return;
    } catch (const std::exception& exception) {
      // Out of memory in one operation: its connection is dropped, the rest goes
      // on.
      KAITO_LOG(ERROR, "HTTP I/O operation threw",
                {{"what", exception.what()}});
    }
  }
}

absl::Status AsioServer::ReplaceCertificate(
    const tls::KeyedCertificate& identity) {
  if (!options_.tls.has_value()) {
    return absl::FailedPreconditionError("HTTP server: it speaks no TLS");
  }
  ServerTls tls = *options_.tls;
  tls.identity = identity;
  KAITO_ASSIGN_OR_RETURN(std::shared_ptr<Transport::SslContext> context,
                         MakeContext(tls));
  MutexLock lock(mutex_);
  context_ = std::move(context);
  return absl::OkStatus();
}

void AsioServer::Accept() {
  if (draining()) return;
  {
    MutexLock lock(mutex_);
    accept_is_held_ =
        static_cast<int64_t>(connections_.size()) >= options_.max_connections;
    if (accept_is_held_) return;  // OnClosed() goes on.
  }
  acceptor_.async_accept(asio::make_strand(io_),
                         [this](const error_code& error, Tcp::socket socket) {
                           OnAccept(error, std::move(socket));
                         });
}

void AsioServer::OnAccept(const error_code& error, Tcp::socket socket) {
  if (draining() || error == asio::error::operation_aborted) return;
  if (!error) {
    AddConnection(std::move(socket));
    Accept();
    return;
  }
  KAITO_LOG(WARNING, "HTTP connection can't be accepted",
            {{"error", error.message()}});
  accept_pause_ = clock_.CallAt(clock_.NowSteady() + kAcceptPause, [this] {
    asio::post(strand_, [this] { Accept(); });
  });
}

void AsioServer::AddConnection(Tcp::socket socket) {
  error_code error;
  const Tcp::endpoint remote = socket.remote_endpoint(error);
  if (error) return;  // It has gone already.
  Peer peer{.address = remote.address().to_string(), .port = remote.port()};
  std::shared_ptr<Connection> connection;
  {
    MutexLock lock(mutex_);
    const int64_t id = ++last_id_;
    connection = std::make_shared<Connection>(
        id, std::make_unique<Transport>(std::move(socket), context_),
        std::move(peer), options_, clock_, static_cast<ConnectionHost&>(*this));
    connections_.emplace(id, connection);
  }
  connection->Start();
}

void AsioServer::OnClosed(int64_t id) {
  bool resume = false;
  {
    MutexLock lock(mutex_);
    connections_.erase(id);
    resume = std::exchange(accept_is_held_, false);
    closed_.NotifyAll();
  }
  if (resume) asio::post(strand_, [this] { Accept(); });
}

// On the connection's strand.
void AsioServer::Dispatch(ServerRequest request,
                          std::shared_ptr<Exchange> exchange) {
  absl::Status taken = absl::ResourceExhaustedError("too many requests");
  // Counted by the exchange, which may outlive this server.
  auto slot =
      std::shared_ptr<void>(nullptr, [count = in_flight_](void*) { --*count; });
  if (++*in_flight_ <= options_.max_in_flight) {
    exchange->HoldUntilAnswered(std::move(slot));
    taken = workers_->Submit([this, exchange, request = std::move(request)] {
      ResponseWriter writer(exchange);
      try {
        handler_(request, writer);
      } catch (const std::exception& exception) {
        KAITO_LOG(ERROR, "HTTP handler threw", {{"what", exception.what()}});
      }
    });
  }
  if (!taken.ok()) {
    Headers headers = ErrorHeaders();
    headers.Set("Retry-After", "1");
    exchange
        ->Send(503, std::move(headers),
               ErrorBody(503, "the server is at its limit of requests"))
        .IgnoreError();  // Only if the client has gone.
  }
}

std::vector<std::shared_ptr<Connection>> AsioServer::Connections() {
  MutexLock lock(mutex_);
  std::vector<std::shared_ptr<Connection>> all;
  all.reserve(connections_.size());
  for (const auto& [id, connection] : connections_) all.push_back(connection);
  return all;
}

// False where some are left at the deadline.
bool AsioServer::AwaitNoConnections(SteadyTime deadline) {
  MutexLock lock(mutex_);
  while (!connections_.empty()) {
    if (clock_.WaitUntil(closed_, mutex_, deadline)) {
      return connections_.empty();
    }
  }
  return true;
}

void AsioServer::Stop(absl::Duration patience) {
  if (!stopping_.RequestStop() || io_threads_.empty()) return;
  const SteadyTime deadline = clock_.NowSteady() + patience;
  Notification accepts_no_more;
  asio::post(strand_, [&] {
    error_code ignored;
    acceptor_.close(ignored);
    accept_pause_.Cancel();
    accepts_no_more.Notify();
  });
  accepts_no_more.Wait();
  for (const auto& connection : Connections()) connection->Drain();
  if (!AwaitNoConnections(deadline)) {
    for (const auto& connection : Connections()) connection->Abort();
    AwaitNoConnections(SteadyTime::InfiniteFuture());
  }
  workers_->Shutdown(ThreadPool::Pending::kDiscard);
  io_.stop();
  io_threads_.clear();
}

}  // namespace

absl::StatusOr<std::unique_ptr<Server>> Server::Start(Clock& clock,
                                                      ServerOptions options,
                                                      Handler handler) {
  auto server = std::make_unique<AsioServer>(clock, std::move(options),
                                             std::move(handler));
  KAITO_RETURN_IF_ERROR(server->Listen());
  KAITO_RETURN_IF_ERROR(server->StartThreads());
  return server;
}

}  // namespace kaito::http
