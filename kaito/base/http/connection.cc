#include "kaito/base/http/connection.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/clock/steady_time.h"
#include "kaito/base/http/error_body.h"
#include "kaito/base/http/exchange.h"
#include "kaito/base/http/request_parser.h"
#include "kaito/base/http/response_head.h"
#include "kaito/base/http/server_options.h"
#include "kaito/base/http/server_request.h"
#include "kaito/base/http/target.h"
#include "kaito/base/http/transport.h"
#include "third_party/boost/asio.h"

namespace kaito::http {
namespace {

// A client that is to read our last answer may still be sending. Closing at once
// would reset the connection and destroy the answer, so what it sends is read
// and dropped, within these bounds.
constexpr absl::Duration kClosePatience = absl::Seconds(2);
constexpr int64_t kMaxDroppedBytes = 1 << 20;

}  // namespace

Connection::Connection(int64_t id, std::unique_ptr<Transport> transport,
                       Peer peer, const ServerOptions& options, Clock& clock,
                       ConnectionHost& host)
    : id_(id),
      transport_(std::move(transport)),
      peer_(std::move(peer)),
      options_(options),
      clock_(clock),
      host_(host) {}

void Connection::Start() {
  boost::asio::post(transport_->executor(),
                    [self = shared_from_this()] { self->BeginHandshake(); });
}

void Connection::Drain() {
  boost::asio::post(transport_->executor(), [self = shared_from_this()] {
    if (self->phase_ == Phase::kHandshake || self->phase_ == Phase::kIdle) {
      self->Close();
    }
  });
}

void Connection::Abort() {
  boost::asio::post(transport_->executor(),
                    [self = shared_from_this()] { self->Close(); });
}

void Connection::BeginHandshake() {
  if (phase_ == Phase::kClosed) return;
  SetReadDeadline(options_.header_timeout);
  transport_->Handshake([self = shared_from_this()](const Error& error) {
    if (self->phase_ == Phase::kClosed) return;
    if (error) {
      // The alert that says why has been sent; let the client read it.
      self->CloseGently();
      return;
    }
    self->peer_.tls = self->transport_->is_tls();
    self->peer_.identity = self->transport_->identity();
    self->AwaitRequest(self->options_.header_timeout);
  });
}

void Connection::AwaitRequest(absl::Duration patience) {
  phase_ = Phase::kIdle;
  parser_ = std::make_unique<RequestParser>(
      ParserLimits{.header_bytes = options_.max_header_bytes,
                   .body_bytes = options_.max_body_bytes});
  continue_sent_ = false;
  SetReadDeadline(patience);
  if (!inbox_.empty()) {
    Parse("");  // Sent along with the last request.
  } else if (host_.draining()) {
    Close();
  } else {
    Read();
  }
}

void Connection::Read() {
  if (reading_) return;
  reading_ = true;
  transport_->ReadSome(
      buffer_.data(), buffer_.size(),
      [self = shared_from_this()](const Error& error, size_t size) {
        self->OnRead(error, size);
      });
}

void Connection::OnRead(const Error& error, size_t size) {
  reading_ = false;
  switch (phase_) {
    case Phase::kClosed:
    case Phase::kHandshake:
      return;
    case Phase::kClosing:
      ShutdownSend();
      return;
    case Phase::kHandling:
      if (error) {
        Close();  // The client has gone.
      } else {
        inbox_.append(buffer_.data(), size);  // Its next request: later.
      }
      return;
    case Phase::kRefusing:
      return;
    case Phase::kIdle:
    case Phase::kHeader:
    case Phase::kBody:
      if (error) {
        Close();
      } else {
        Parse(absl::string_view(buffer_.data(), size));
      }
      return;
  }
}

void Connection::Parse(absl::string_view more) {
  inbox_.append(more.data(), more.size());
  if (phase_ == Phase::kIdle) {
    phase_ = Phase::kHeader;
    SetReadDeadline(options_.header_timeout);
  }
  inbox_.erase(0, parser_->Put(inbox_));
  switch (parser_->state()) {
    case RequestParser::State::kDone:
      OnRequest();
      return;
    case RequestParser::State::kBad:
      Refuse(parser_->refusal_code(), parser_->refusal());
      return;
    case RequestParser::State::kBody:
      if (phase_ == Phase::kHeader) {
        phase_ = Phase::kBody;
        SetReadDeadline(options_.body_timeout);
      }
      if (parser_->wants_continue() && !continue_sent_) {
        continue_sent_ = true;
        Write("HTTP/1.1 100 Continue\r\n\r\n");
      }
      break;
    case RequestParser::State::kHeader:
      break;
  }
  Read();
}

void Connection::OnRequest() {
  SetReadDeadline(absl::InfiniteDuration());
  ServerRequest request = parser_->Take();
  absl::StatusOr<Target> target = ParseTarget(request.raw_target);
  if (!target.ok()) {
    Refuse(400, target.status().message());
    return;
  }
  request.target = *std::move(target);
  request.peer = peer_;
  context_ = {.is_head = request.method == "HEAD",
              .is_http_1_0 = parser_->is_http_1_0(),
              .keep_alive = parser_->keep_alive()};
  response_ended_ = false;
  phase_ = Phase::kHandling;
  // The handler may outlive the connection, and the connection the handler.
  exchange_ = std::make_shared<Exchange>(
      options_.max_queued_bytes,
      [weak = weak_from_this(), executor = transport_->executor()] {
        boost::asio::post(executor, [weak] {
          const std::shared_ptr<Connection> connection = weak.lock();
          if (connection != nullptr) connection->PumpResponse();
        });
      });
  if (inbox_.empty()) Read();
  host_.Dispatch(std::move(request), exchange_);
}

// Answers a request that no handler is to see, and closes.
void Connection::Refuse(int code, absl::string_view why) {
  phase_ = Phase::kRefusing;
  SetReadDeadline(absl::InfiniteDuration());
  context_ = {};
  const std::string body = ErrorBody(code, why);
  const std::string head = MakeHead({.code = code, .headers = ErrorHeaders()},
                                    static_cast<int64_t>(body.size()));
  response_ended_ = true;
  Write(absl::StrCat(head, body));
}

void Connection::PumpResponse() {
  if (phase_ != Phase::kHandling || writing_ || response_ended_) return;
  Exchange::Output output = exchange_->Take();
  if (output.abandoned) {
    Close();
    return;
  }
  std::string bytes;
  if (output.head.has_value()) {
    bytes = MakeHead(*output.head, static_cast<int64_t>(output.body.size()));
  }
  if (head_.has_body && !output.body.empty()) {
    if (head_.chunked) {
      absl::StrAppend(&bytes, absl::Hex(output.body.size()), "\r\n",
                      output.body, "\r\n");
    } else if (bytes.empty()) {
      bytes = std::move(output.body);
    } else {
      bytes += output.body;
    }
  }
  if (output.ended) {
    response_ended_ = true;
    if (head_.chunked && head_.has_body) bytes += "0\r\n\r\n";
  }
  if (!bytes.empty()) {
    Write(std::move(bytes));
  } else if (response_ended_) {
    OnResponseWritten();
  }
}

std::string Connection::MakeHead(const Exchange::Head& head,
                                 int64_t body_bytes) {
  if (host_.draining()) context_.keep_alive = false;
  head_ = MakeResponseHead(head, body_bytes, context_, clock_.Now());
  return std::move(head_.text);
}

void Connection::Write(std::string bytes) {
  if (writing_) {
    outbox_next_ += bytes;
    return;
  }
  outbox_ = std::move(bytes);
  outbox_offset_ = 0;
  WriteNext();
}

void Connection::WriteNext() {
  writing_ = true;
  SetWriteDeadline(options_.write_timeout);
  transport_->WriteSome(
      outbox_.data() + outbox_offset_, outbox_.size() - outbox_offset_,
      [self = shared_from_this()](const Error& error, size_t size) {
        self->OnWritten(error, size);
      });
}

void Connection::OnWritten(const Error& error, size_t size) {
  writing_ = false;
  if (phase_ == Phase::kClosed) return;
  if (error) {
    Close();
    return;
  }
  outbox_offset_ += size;
  if (outbox_offset_ == outbox_.size()) {
    outbox_ = std::exchange(outbox_next_, std::string());
    outbox_offset_ = 0;
  }
  if (!outbox_.empty()) {
    WriteNext();
    return;
  }
  SetWriteDeadline(absl::InfiniteDuration());
  if (phase_ == Phase::kRefusing) {
    CloseGently();
  } else if (phase_ == Phase::kHandling) {
    if (response_ended_) {
      OnResponseWritten();
    } else {
      PumpResponse();
    }
  }
}

void Connection::OnResponseWritten() {
  exchange_->Detach(/*client_gone=*/false);
  exchange_ = nullptr;
  if (head_.keep_alive) {
    AwaitRequest(options_.idle_timeout);
  } else {
    CloseGently();
  }
}

void Connection::CloseGently() {
  phase_ = Phase::kClosing;
  SetReadDeadline(kClosePatience);
  if (reading_) {
    transport_->CancelRead();  // OnRead() goes on.
  } else {
    ShutdownSend();
  }
}

void Connection::ShutdownSend() {
  transport_->ShutdownSend([self = shared_from_this()] {
    if (self->phase_ != Phase::kClosed) self->DropInput();
  });
}

void Connection::DropInput() {
  if (transport_->input_ended()) {
    Close();
    return;
  }
  SetReadDeadline(kClosePatience);
  transport_->ReadRaw(
      buffer_.data(), buffer_.size(),
      [self = shared_from_this()](const Error& error, size_t size) {
        if (self->phase_ == Phase::kClosed) return;
        self->dropped_bytes_ += static_cast<int64_t>(size);
        if (error || self->dropped_bytes_ > kMaxDroppedBytes) {
          self->Close();
        } else {
          self->DropInput();
        }
      });
}

void Connection::Close() {
  if (phase_ == Phase::kClosed) return;
  phase_ = Phase::kClosed;
  timer_.Cancel();
  transport_->Close();
  if (exchange_ != nullptr) {
    const std::shared_ptr<Exchange> exchange = std::move(exchange_);
    exchange->Detach(/*client_gone=*/true);
  }
  host_.OnClosed(id_);
}

void Connection::SetReadDeadline(absl::Duration patience) {
  read_deadline_ = clock_.NowSteady() + patience;
  ArmTimer();
}

void Connection::SetWriteDeadline(absl::Duration patience) {
  write_deadline_ = clock_.NowSteady() + patience;
  ArmTimer();
}

// A deadline that moves later leaves the timer as it is: OnTimer() sets the new
// one. So a busy connection sets about one timer per idle_timeout.
void Connection::ArmTimer() {
  const SteadyTime next = std::min(read_deadline_, write_deadline_);
  if (next >= timer_at_ || phase_ == Phase::kClosed) return;
  timer_at_ = next;
  timer_ = clock_.CallAt(
      next, [weak = weak_from_this(), executor = transport_->executor()] {
        boost::asio::post(executor, [weak] {
          const std::shared_ptr<Connection> self = weak.lock();
          if (self != nullptr) self->OnTimer();
        });
      });
}

void Connection::OnTimer() {
  if (phase_ == Phase::kClosed) return;
  const SteadyTime now = clock_.NowSteady();
  timer_at_ = SteadyTime::InfiniteFuture();
  if (now >= write_deadline_) {
    Close();
  } else if (now >= read_deadline_) {
    OnReadTimeout();
  } else {
    ArmTimer();
  }
}

void Connection::OnReadTimeout() {
  read_deadline_ = SteadyTime::InfiniteFuture();
  if (phase_ == Phase::kHeader || phase_ == Phase::kBody) {
    Refuse(408, "the request took too long to arrive");
  } else {
    Close();
  }
}

}  // namespace kaito::http
