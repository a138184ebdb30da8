#include "kaito/base/http/raw_socket.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace kaito::http {
namespace {

void Require(bool ok) {
  if (!ok) std::abort();
}

sockaddr_in Loopback(int port) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

bool WaitFor(int fd, int16_t events, absl::Duration patience) {
  pollfd poll_fd = {.fd = fd, .events = events};
  return poll(&poll_fd, 1,
              static_cast<int>(absl::ToInt64Milliseconds(patience))) > 0;
}

}  // namespace

RawSocket RawSocket::Connect(int port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = Loopback(port);
  Require(connect(fd, reinterpret_cast<const sockaddr*>(&address),
                  sizeof(address)) == 0);
  return RawSocket(fd);
}

RawSocket& RawSocket::operator=(RawSocket&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

bool RawSocket::Send(absl::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(sent);
  }
  return true;
}

int64_t RawSocket::SendZeros(int64_t bytes, absl::Duration patience) {
  const std::string zeros(64 << 10, '\0');
  int64_t total = 0;
  while (total < bytes && WaitFor(fd_, POLLOUT, patience)) {
    const ssize_t sent = send(
        fd_, zeros.data(),
        std::min<int64_t>(bytes - total, static_cast<int64_t>(zeros.size())),
        MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && errno != EAGAIN) break;
    total += std::max<int64_t>(sent, 0);
  }
  return total;
}

std::string RawSocket::ReadToEnd() {
  std::string all;
  char buffer[16 << 10];
  ssize_t size = 0;
  while ((size = recv(fd_, buffer, sizeof(buffer), 0)) > 0) {
    all.append(buffer, size);
  }
  return all;
}

std::string RawSocket::ReadUntil(absl::string_view end) {
  std::string all;
  char c = 0;
  while (!absl::EndsWith(all, end) && recv(fd_, &c, 1, 0) == 1) all += c;
  return all;
}

bool RawSocket::IsClosedWithin(absl::Duration patience) {
  char buffer[16 << 10];
  while (WaitFor(fd_, POLLIN, patience)) {
    if (recv(fd_, buffer, sizeof(buffer), 0) <= 0) return true;
  }
  return false;
}

void RawSocket::ShutdownSend() { shutdown(fd_, SHUT_WR); }

void RawSocket::Reset() {
  const linger at_once = {.l_onoff = 1, .l_linger = 0};
  setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
  Close();
}

void RawSocket::Close() {
  if (fd_ >= 0) close(fd_);
  fd_ = -1;
}

RawListener::RawListener(int backlog)
    : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address = Loopback(0);
  socklen_t size = sizeof(address);
  Require(bind(fd_, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
          listen(fd_, backlog) == 0 &&
          getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  port_ = ntohs(address.sin_port);
}

RawListener::~RawListener() { close(fd_); }

RawSocket RawListener::Accept() {
  const int fd = accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC);
  Require(fd >= 0);
  return RawSocket(fd);
}

}  // namespace kaito::http
