#include "kaito/base/http/transport.h"

#include <cstddef>
#include <memory>
#include <optional>
#include <utility>

#include "kaito/base/http/server_request.h"
#include "kaito/base/http/server_tls.h"
#include "kaito/base/http/socket_options.h"
#include "third_party/boost/asio.h"

namespace kaito::http {

namespace asio = boost::asio;
using boost::system::error_code;

Transport::Transport(Tcp::socket socket, std::shared_ptr<SslContext> context)
    : socket_(std::move(socket)),
      context_(std::move(context)),
      tls_(context_ == nullptr ? nullptr
                               : std::make_unique<Tls>(socket_, *context_)) {
  error_code ignored;
  socket_.set_option(Tcp::no_delay(true), ignored);
  SetKeepalive(socket_.native_handle());
}

void Transport::NoteEnd(const error_code& error) {
  if (error == asio::error::eof ||
      error == asio::ssl::error::stream_truncated) {
    input_ended_ = true;
  }
}

void Transport::Handshake(HandshakeDone done) {
  if (tls_ == nullptr) {
    done(error_code());
    return;
  }
  tls_->async_handshake(
      Tls::server, [this, done = std::move(done)](const error_code& error) {
        NoteEnd(error);
        done(error);
      });
}

std::optional<PeerIdentity> Transport::identity() const {
  if (tls_ == nullptr) return std::nullopt;
  return VerifiedIdentity(tls_->native_handle());
}

void Transport::ReadSome(char* buffer, size_t size, Done done) {
  if (tls_ == nullptr) {
    ReadRaw(buffer, size, std::move(done));
    return;
  }
  tls_->async_read_some(
      asio::buffer(buffer, size),
      [this, done = std::move(done)](const error_code& error, size_t got) {
        NoteEnd(error);
        done(error, got);
      });
}

void Transport::WriteSome(const char* data, size_t size, Done done) {
  if (tls_ == nullptr) {
    socket_.async_write_some(asio::buffer(data, size), std::move(done));
  } else {
    tls_->async_write_some(asio::buffer(data, size), std::move(done));
  }
}

void Transport::CancelRead() {
  error_code ignored;
  socket_.cancel(ignored);
}

void Transport::ShutdownSend(std::function<void()> done) {
  auto half_close = [this, done = std::move(done)](const error_code& error) {
    NoteEnd(error);
    error_code ignored;
    socket_.shutdown(Tcp::socket::shutdown_send, ignored);
    done();
  };
  if (tls_ == nullptr) {
    half_close(error_code());
  } else {
    tls_->async_shutdown(std::move(half_close));
  }
}

void Transport::ReadRaw(char* buffer, size_t size, Done done) {
  socket_.async_read_some(
      asio::buffer(buffer, size),
      [this, done = std::move(done)](const error_code& error, size_t got) {
        NoteEnd(error);
        done(error, got);
      });
}

void Transport::Close() {
  error_code ignored;
  socket_.close(ignored);
}

}  // namespace kaito::http
