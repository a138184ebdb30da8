#ifndef KAITO_STANDALONE_NETWORK_FORWARDER_H_
#define KAITO_STANDALONE_NETWORK_FORWARDER_H_

// Forwarder: listens on the addresses and ports of Services, and passes each
// connection on to one of the targets, in turn. One thread for all; connections
// beyond the limit wait in the kernel's queue.
//
//   KAITO_ASSIGN_OR_RETURN(std::unique_ptr<Forwarder> forwarder,
//                          Forwarder::Create({}));
//   KAITO_ASSIGN_OR_RETURN(const int32_t bound,
//                          forwarder->Listen({"127.64.0.9", 80}));
//   forwarder->SetTargets({"127.64.0.9", 80}, {{"127.64.8.2", 5000}});
//
// A connection without a target, or to one that refuses, is closed at once.

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "kaito/base/file/unique_fd.h"
#include "kaito/base/sync/mutex.h"
#include "kaito/base/sync/thread_annotations.h"
#include "kaito/base/thread/thread.h"
#include "kaito/standalone/network/relay.h"

namespace kaito::standalone {

struct ForwardAddress {
  std::string address;  // IPv4.
  int32_t port = 0;

  auto operator<=>(const ForwardAddress& other) const = default;
};

struct ForwarderOptions {
  // A machine's users; each takes two descriptors and up to 512 KiB.
  int64_t max_connections = 256;
};

class Forwarder {
 public:
  static absl::StatusOr<std::unique_ptr<Forwarder>> Create(
      const ForwarderOptions& options);
  // Closes everything.
  ~Forwarder();
  Forwarder(const Forwarder&) = delete;
  Forwarder& operator=(const Forwarder&) = delete;

  // Listens there, or on a free port of the same address where this port is
  // not permitted or taken; gives the port. Again changes nothing.
  absl::StatusOr<int32_t> Listen(const ForwardAddress& at)
      KAITO_EXCLUDES(mutex_);
  // For the connections that come from now on. Ignored where nothing listens.
  void SetTargets(const ForwardAddress& at, std::vector<ForwardAddress> targets)
      KAITO_EXCLUDES(mutex_);
  // Connections that are open stay.
  void Close(const ForwardAddress& at) KAITO_EXCLUDES(mutex_);

  // Those that listen on another port than theirs.
  std::vector<std::pair<ForwardAddress, int32_t>> Moved() const
      KAITO_EXCLUDES(mutex_);

 private:
  struct Listener {
    UniqueFd fd;
    int32_t bound_port = 0;
    std::vector<ForwardAddress> targets;
    uint64_t next = 0;
  };

  Forwarder(const ForwarderOptions& options, UniqueFd wake)
      : options_(options), wake_(std::move(wake)) {}

  void Wake();
  void Loop() KAITO_EXCLUDES(mutex_);
  // Takes what waits at the listener with this descriptor.
  void Accept(const ForwardAddress& at) KAITO_EXCLUDES(mutex_);

  const ForwarderOptions options_;
  const UniqueFd wake_;        // An eventfd.
  std::vector<Relay> relays_;  // The loop's alone.

  mutable Mutex mutex_;
  std::map<ForwardAddress, Listener> listeners_ KAITO_GUARDED_BY(mutex_);
  bool stopping_ KAITO_GUARDED_BY(mutex_) = false;

  Thread thread_;  // Last: it uses all of the above.
};

}  // namespace kaito::standalone

#endif  // KAITO_STANDALONE_NETWORK_FORWARDER_H_
