#ifndef KAITO_BASE_HTTP_RAW_SOCKET_H_
#define KAITO_BASE_HTTP_RAW_SOCKET_H_

// Plain blocking TCP sockets on loopback, for tests that say exactly which
// bytes go over the wire. Failures of the system end the test's process.

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace kaito::http {

class RawSocket {
 public:
  static RawSocket Connect(int port);
  explicit RawSocket(int fd) : fd_(fd) {}
  RawSocket(RawSocket&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
  RawSocket& operator=(RawSocket&& other) noexcept;
  ~RawSocket() { Close(); }

  // False where the peer has closed.
  bool Send(absl::string_view bytes);
  // Sends zeros until all are gone or the peer takes none for `patience`.
  int64_t SendZeros(int64_t bytes, absl::Duration patience);
  // All until the peer closes; what came before where it resets.
  std::string ReadToEnd();
  // All until `end` was seen (included) or the peer closes.
  std::string ReadUntil(absl::string_view end);
  // Whether the peer has closed within `patience`; drops what it sent.
  bool IsClosedWithin(absl::Duration patience);
  void ShutdownSend();
  // Closing sends a reset instead of a FIN.
  void Reset();
  void Close();
  int fd() const { return fd_; }

 private:
  int fd_;
};

class RawListener {
 public:
  // Port 0 of 127.0.0.1.
  explicit RawListener(int backlog = 16);
  ~RawListener();
  RawListener(const RawListener&) = delete;
  RawListener& operator=(const RawListener&) = delete;

  int port() const { return port_; }
  RawSocket Accept();

 private:
  int fd_;
  int port_ = 0;
};

}  // namespace kaito::http

#endif  // KAITO_BASE_HTTP_RAW_SOCKET_H_
