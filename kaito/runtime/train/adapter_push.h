#ifndef KAITO_RUNTIME_TRAIN_ADAPTER_PUSH_H_
#define KAITO_RUNTIME_TRAIN_ADAPTER_PUSH_H_

// How a finished adapter is pushed: `tune` asks, and who puts the program
// together brings the function that knows registries.

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "kaito/base/sync/stop_token.h"

namespace kaito::runtime {

struct AdapterPush {
  std::string directory;
  std::string image;      // "registry/repository:tag".
  std::string auth_file;  // A docker config.json; "": no credentials.
  bool allow_private_addresses = false;
  StopToken stop;
};

// Gives the image's digest. A stop: the token's status.
using AdapterPusher =
    std::function<absl::StatusOr<std::string>(const AdapterPush& push)>;

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_TRAIN_ADAPTER_PUSH_H_
