#ifndef KAITO_STANDALONE_NODE_MACHINE_H_
#define KAITO_STANDALONE_NODE_MACHINE_H_

// What this machine has, as its Node object tells it.

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace kaito::standalone {

struct Machine {
  std::string host_name;
  std::string id;    // Of /etc/machine-id, else the host's name: never empty.
  int64_t cpus = 1;  // That this process may use.
  int64_t memory_bytes = 0;
  int64_t gpus = 0;  // NVIDIA's, as its driver lists them; 0 without it.
  std::string architecture;  // "amd64", "arm64".
  std::string kernel_version;
  std::string os_image;
};

// Reads /proc, /sys and /etc below `root` ("/"); what can't be read is 0 or
// empty.
Machine InspectMachine(absl::string_view root);

}  // namespace kaito::standalone

#endif  // KAITO_STANDALONE_NODE_MACHINE_H_
