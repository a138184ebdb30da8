#ifndef KAITO_BASE_HTTP_CONNECTION_H_
#define KAITO_BASE_HTTP_CONNECTION_H_

// One accepted connection: reads requests one after the other, hands each to the
// host, writes its response, and closes. Private to the server.
//
// Everything runs on the socket's strand, except for Start(), Drain() and
// Abort(), which post to it. Callbacks hold a reference, so that it lives until
// its last operation has ended. One read is pending nearly always: while a
// handler works it is how a client's departure is seen.

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/clock/steady_time.h"
#include "kaito/base/http/exchange.h"
#include "kaito/base/http/request_parser.h"
#include "kaito/base/http/response_head.h"
#include "kaito/base/http/server_options.h"
#include "kaito/base/http/server_request.h"
#include "kaito/base/http/transport.h"
#include "third_party/boost/asio.h"

namespace kaito::http {

// The server, as its connections see it. Outlives them.
class ConnectionHost {
 public:
  virtual ~ConnectionHost() = default;
  // Takes the request to a handler, or answers 503. On the connection's strand.
  virtual void Dispatch(ServerRequest request,
                        std::shared_ptr<Exchange> exchange) = 0;
  // Once, when it is closed.
  virtual void OnClosed(int64_t id) = 0;
  // Whether the server is going to stop.
  virtual bool draining() const = 0;
};

// Shared by the pending operations, timers and wake-ups.
class Connection final : public std::enable_shared_from_this<Connection> {
 public:
  Connection(int64_t id, std::unique_ptr<Transport> transport, Peer peer,
             const ServerOptions& options, Clock& clock, ConnectionHost& host);

  void Start();
  // Closes as soon as no request is being served.
  void Drain();
  // Closes now.
  void Abort();

 private:
  using Error = boost::system::error_code;

  enum class Phase {
    kHandshake,
    kIdle,      // No byte of the next request yet.
    kHeader,    // Of a request.
    kBody,      // Of a request.
    kHandling,  // From the whole request to the end of its response.
    kRefusing,  // Writing an answer of our own, to close after it.
    kClosing,   // Waits for the client to see the end.
    kClosed,
  };

  // Reading.
  void BeginHandshake();
  void AwaitRequest(absl::Duration patience);
  void Read();
  void OnRead(const Error& error, size_t size);
  void Parse(absl::string_view more);
  void OnRequest();
  void Refuse(int code, absl::string_view why);

  // Writing.
  void PumpResponse();
  std::string MakeHead(const Exchange::Head& head, int64_t body_bytes);
  void Write(std::string bytes);
  void WriteNext();
  void OnWritten(const Error& error, size_t size);
  void OnResponseWritten();

  // Ending.
  void CloseGently();
  void ShutdownSend();
  void DropInput();
  void Close();

  // Time.
  void SetReadDeadline(absl::Duration patience);
  void SetWriteDeadline(absl::Duration patience);
  void ArmTimer();
  void OnTimer();
  void OnReadTimeout();

  const int64_t id_;
  const std::unique_ptr<Transport> transport_;
  Peer peer_;
  const ServerOptions& options_;
  Clock& clock_;
  ConnectionHost& host_;

  Phase phase_ = Phase::kHandshake;
  bool reading_ = false;
  std::array<char, 16 << 10> buffer_;
  std::string inbox_;  // Read, not yet parsed.
  std::unique_ptr<RequestParser> parser_;
  bool continue_sent_ = false;
  int64_t dropped_bytes_ = 0;

  // Of the request that is served. Shared with its handler.
  std::shared_ptr<Exchange> exchange_;
  ResponseContext context_;
  ResponseHead head_;

  bool writing_ = false;
  std::string outbox_;  // Being written, from outbox_offset_ on.
  size_t outbox_offset_ = 0;
  std::string outbox_next_;
  bool response_ended_ = false;

  SteadyTime read_deadline_ = SteadyTime::InfiniteFuture();
  SteadyTime write_deadline_ = SteadyTime::InfiniteFuture();
  SteadyTime timer_at_ = SteadyTime::InfiniteFuture();
  Timer timer_;
};

}  // namespace kaito::http

#endif  // KAITO_BASE_HTTP_CONNECTION_H_
