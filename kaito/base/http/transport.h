#ifndef KAITO_BASE_HTTP_TRANSPORT_H_
#define KAITO_BASE_HTTP_TRANSPORT_H_

// A TCP connection with or without TLS, behind one set of calls: what is built
// on it is compiled once, not once per kind. Private to the server.
//
// All calls and callbacks are on the socket's strand. At most one read and one
// write at a time. Callbacks hold the owner alive, not this class.

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>

#include "kaito/base/http/server_request.h"
#include "third_party/boost/asio.h"

namespace kaito::http {

using Tcp = boost::asio::ip::tcp;

class Transport {
 public:
  using Done = std::function<void(const boost::system::error_code&, size_t)>;
  using HandshakeDone = std::function<void(const boost::system::error_code&)>;
  using SslContext = boost::asio::ssl::context;

  // Plain where `context` is null. Shared: the server may replace it while
  // connections of the old one live.
  Transport(Tcp::socket socket, std::shared_ptr<SslContext> context);

  bool is_tls() const { return tls_ != nullptr; }
  // Does nothing where it is plain.
  void Handshake(HandshakeDone done);
  std::optional<PeerIdentity> identity() const;

  void ReadSome(char* buffer, size_t size, Done done);
  void WriteSome(const char* data, size_t size, Done done);
  // The pending read ends with an error.
  void CancelRead();
  // Says that no more comes: close_notify and FIN. No read may be pending.
  void ShutdownSend(std::function<void()> done);
  // Bytes as they come, below TLS.
  void ReadRaw(char* buffer, size_t size, Done done);
  void Close();
  // The peer has sent its last byte, and we have read it. Another read would
  // wait for ever: epoll has told of the end, and tells no second time.
  bool input_ended() const { return input_ended_; }

  boost::asio::any_io_executor executor() { return socket_.get_executor(); }

 private:
  using Tls = boost::asio::ssl::stream<Tcp::socket&>;

  void NoteEnd(const boost::system::error_code& error);

  bool input_ended_ = false;
  Tcp::socket socket_;
  const std::shared_ptr<SslContext> context_;
  const std::unique_ptr<Tls> tls_;
};

}  // namespace kaito::http

#endif  // KAITO_BASE_HTTP_TRANSPORT_H_
