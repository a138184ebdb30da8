#include "kaito/standalone/network/relay.h"

#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstdint>
#include <string>

namespace kaito::standalone {
namespace {

// Held for a side that does not take what the other one sends.
constexpr size_t kMaxBuffer = 256 * 1024;
constexpr size_t kReadBytes = 64 * 1024;

}  // namespace

int16_t Relay::Wants(int side) const {
  int wants = 0;
  if (!ended_[side] && buffers_[side].size() < kMaxBuffer) wants |= POLLIN;
  if (!buffers_[1 - side].empty()) wants |= POLLOUT;
  if (connecting_) {
    // Whether it worked shows in the upstream being writable.
    wants = side == 1 ? POLLOUT : wants & ~POLLOUT;
  }
  return static_cast<int16_t>(wants);
}

bool Relay::Handle(int side, int16_t events) {
  if (events == 0) return true;
  if (connecting_ && side == 1) {
    int error = 0;
    socklen_t size = sizeof(error);
    if (getsockopt(fd(1), SOL_SOCKET, SO_ERROR, &error, &size) != 0 ||
        error != 0) {
      return false;
    }
    connecting_ = false;
  }
  if ((events & (POLLERR | POLLNVAL)) != 0) return false;
  if ((events & (POLLIN | POLLHUP)) != 0 && !ended_[side] && !Read(side)) {
    return false;
  }
  // What came from one side is offered to the other at once.
  for (const int to : {side, 1 - side}) {
    if (!connecting_ && !Write(to)) return false;
  }
  return !(told_[0] && told_[1]);
}

bool Relay::Read(int side) {
  std::string& buffer = buffers_[side];
  if (buffer.size() >= kMaxBuffer) return true;
  char bytes[kReadBytes];
  const ssize_t n = recv(fd(side), bytes, sizeof(bytes), MSG_DONTWAIT);
  if (n < 0) return errno == EAGAIN || errno == EINTR;
  if (n == 0) ended_[side] = true;
  buffer.append(bytes, static_cast<size_t>(n));
  return true;
}

bool Relay::Write(int side) {
  std::string& buffer = buffers_[1 - side];
  while (!buffer.empty()) {
    const ssize_t n = send(fd(side), buffer.data(), buffer.size(),
                           MSG_DONTWAIT | MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return errno == EAGAIN;
    buffer.erase(0, static_cast<size_t>(n));
  }
  if (ended_[1 - side] && !told_[1 - side]) {
    told_[1 - side] = true;
    (void)shutdown(fd(side), SHUT_WR);
  }
  return true;
}

}  // namespace kaito::standalone
