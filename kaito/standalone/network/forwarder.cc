#include "kaito/standalone/network/forwarder.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "kaito/base/file/unique_fd.h"
#include "kaito/base/status/status.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/sync/mutex.h"
#include "kaito/base/thread/thread.h"
#include "kaito/standalone/network/relay.h"

namespace kaito::standalone {
namespace {

// Connections that the kernel keeps waiting.
constexpr int kBacklog = 128;

absl::StatusOr<sockaddr_in> SocketAddress(const ForwardAddress& at) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(at.port));
  if (at.port < 0 || at.port > 65535 ||
      inet_pton(AF_INET, at.address.c_str(), &address.sin_addr) != 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("forwarder: no address: ", at.address, ":", at.port));
  }
  return address;
}

UniqueFd NewSocket() {
  return UniqueFd(
      socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
}

// With errno's value on failure.
absl::StatusOr<UniqueFd> BindAndListen(const ForwardAddress& at, int& error) {
  error = 0;
  KAITO_ASSIGN_OR_RETURN(const sockaddr_in address, SocketAddress(at));
  UniqueFd fd = NewSocket();
  const int one = 1;
  if (!fd.valid() ||
      setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) != 0 ||
      bind(fd.get(), reinterpret_cast<const sockaddr*>(&address),
           sizeof(address)) != 0 ||
      listen(fd.get(), kBacklog) != 0) {
    error = errno;
    return ErrnoToStatus(error,
                         absl::StrCat("listen on ", at.address, ":", at.port));
  }
  return fd;
}

absl::StatusOr<int32_t> BoundPort(const UniqueFd& fd) {
  sockaddr_in address = {};
  socklen_t size = sizeof(address);
  if (getsockname(fd.get(), reinterpret_cast<sockaddr*>(&address), &size) !=
      0) {
    return ErrnoToStatus(errno, "getsockname");
  }
  return ntohs(address.sin_port);
}

// A socket that connects to the target; not valid where it can't.
UniqueFd ConnectTo(const ForwardAddress& target) {
  const absl::StatusOr<sockaddr_in> address = SocketAddress(target);
  UniqueFd fd = NewSocket();
  if (!address.ok() || !fd.valid()) return UniqueFd();
  const int one = 1;
  (void)setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
  if (connect(fd.get(), reinterpret_cast<const sockaddr*>(&*address),
              sizeof(*address)) != 0 &&
      errno != EINPROGRESS) {
    return UniqueFd();
  }
  return fd;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Forwarder>> Forwarder::Create(
    const ForwarderOptions& options) {
  UniqueFd wake(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!wake.valid()) return ErrnoToStatus(errno, "eventfd");
  std::unique_ptr<Forwarder> forwarder(
      new Forwarder(options, std::move(wake)));  // Private constructor.
  KAITO_ASSIGN_OR_RETURN(
      forwarder->thread_,
      Thread::Start("forwarder", [f = forwarder.get()] { f->Loop(); }));
  return forwarder;
}

Forwarder::~Forwarder() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
  }
  Wake();
  thread_.Join();
}

void Forwarder::Wake() {
  const uint64_t one = 1;
  (void)!write(wake_.get(), &one, sizeof(one));
}

absl::StatusOr<int32_t> Forwarder::Listen(const ForwardAddress& at) {
  {
    MutexLock lock(mutex_);
    const auto known = listeners_.find(at);
    if (known != listeners_.end()) return known->second.bound_port;
  }
  int error = 0;
  absl::StatusOr<UniqueFd> fd = BindAndListen(at, error);
  if (!fd.ok() && (error == EACCES || error == EPERM || error == EADDRINUSE)) {
    fd = BindAndListen({at.address, 0}, error);
  }
  KAITO_RETURN_IF_ERROR(fd.status());
  KAITO_ASSIGN_OR_RETURN(const int32_t port, BoundPort(*fd));
  {
    MutexLock lock(mutex_);
    listeners_[at] = {.fd = *std::move(fd), .bound_port = port};
  }
  Wake();
  return port;
}

void Forwarder::SetTargets(const ForwardAddress& at,
                           std::vector<ForwardAddress> targets) {
  MutexLock lock(mutex_);
  const auto known = listeners_.find(at);
  if (known != listeners_.end()) known->second.targets = std::move(targets);
}

void Forwarder::Close(const ForwardAddress& at) {
  {
    MutexLock lock(mutex_);
    // The loop may be polling the number; it looks the listener up again.
    listeners_.erase(at);
  }
  Wake();
}

std::vector<std::pair<ForwardAddress, int32_t>> Forwarder::Moved() const {
  MutexLock lock(mutex_);
  std::vector<std::pair<ForwardAddress, int32_t>> moved;
  for (const auto& [at, listener] : listeners_) {
    if (listener.bound_port != at.port) {
      moved.emplace_back(at, listener.bound_port);
    }
  }
  return moved;
}

void Forwarder::Accept(const ForwardAddress& at) {
  MutexLock lock(mutex_);  // accept() does not wait here.
  const auto known = listeners_.find(at);
  if (known == listeners_.end()) return;
  Listener& listener = known->second;
  while (static_cast<int64_t>(relays_.size()) < options_.max_connections) {
    UniqueFd client(accept4(listener.fd.get(), nullptr, nullptr,
                            SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!client.valid()) return;
    const int one = 1;
    (void)setsockopt(client.get(), IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    if (listener.targets.empty()) continue;
    UniqueFd upstream =
        ConnectTo(listener.targets[listener.next++ % listener.targets.size()]);
    if (!upstream.valid()) continue;
    relays_.emplace_back(std::move(client), std::move(upstream));
  }
}

void Forwarder::Loop() {
  while (true) {
    std::vector<pollfd> wait = {{wake_.get(), POLLIN, 0}};
    std::vector<ForwardAddress> polled;
    {
      MutexLock lock(mutex_);
      if (stopping_) return;
      const bool room =
          static_cast<int64_t>(relays_.size()) < options_.max_connections;
      for (const auto& [at, listener] : listeners_) {
        if (!room) break;
        polled.push_back(at);
        wait.push_back({listener.fd.get(), POLLIN, 0});
      }
    }
    const size_t first_relay = wait.size();
    for (const Relay& relay : relays_) {
      for (int side = 0; side < 2; ++side) {
        wait.push_back({relay.fd(side), relay.Wants(side), 0});
        // Without a wish, an error would only make the loop spin.
        if (wait.back().events == 0) wait.back().fd = -1;
      }
    }
    if (poll(wait.data(), wait.size(), -1) < 0) continue;
    uint64_t count = 0;
    (void)!read(wake_.get(), &count, sizeof(count));
    std::vector<Relay> left;
    for (size_t i = 0; i < relays_.size(); ++i) {
      const size_t at = first_relay + 2 * i;
      if (relays_[i].Handle(0, wait[at].revents) &&
          relays_[i].Handle(1, wait[at + 1].revents)) {
        left.push_back(std::move(relays_[i]));
      }
    }
    relays_ = std::move(left);
    for (size_t i = 0; i < polled.size(); ++i) {
      if (wait[i + 1].revents != 0) Accept(polled[i]);
    }
  }
}

}  // namespace kaito::standalone
