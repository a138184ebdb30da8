#ifndef KAITO_STANDALONE_NETWORK_RELAY_H_
#define KAITO_STANDALONE_NETWORK_RELAY_H_

// Relay: one TCP connection passed on to another one, both ways, until both
// sides have ended. Never blocks: the forwarder's loop asks what it waits for
// and tells what has become possible. Half-closed connections stay open in the
// other direction, as HTTP clients that send and then only read need it.

#include <array>
#include <cstdint>
#include <string>
#include <utility>

#include "kaito/base/file/unique_fd.h"

namespace kaito::standalone {

class Relay {
 public:
  // Sockets that don't block; `upstream` may still be connecting.
  Relay(UniqueFd client, UniqueFd upstream)
      : fds_{std::move(client), std::move(upstream)} {}

  // Of side 0 (client) or 1 (upstream).
  int fd(int side) const { return fds_[side].get(); }
  // For poll(): POLLIN, POLLOUT; 0 where nothing is awaited.
  int16_t Wants(int side) const;
  // What poll() said. False: both directions have ended, or one broke.
  bool Handle(int side, int16_t events);

 private:
  bool Read(int side);   // From the side into its buffer.
  bool Write(int side);  // From the other side's buffer to the side.

  std::array<UniqueFd, 2> fds_;
  std::array<std::string, 2> buffers_;  // What came from the side.
  std::array<bool, 2> ended_ = {};      // The side sends no more.
  std::array<bool, 2> told_ = {};       // And the other side knows.
  bool connecting_ = true;              // The upstream.
};

}  // namespace kaito::standalone

#endif  // KAITO_STANDALONE_NETWORK_RELAY_H_
