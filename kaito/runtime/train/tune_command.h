#ifndef KAITO_RUNTIME_TRAIN_TUNE_COMMAND_H_
#define KAITO_RUNTIME_TRAIN_TUNE_COMMAND_H_

// `runtime tune`: flags, files and environment around Tune() (tune.h).
//
//   return RunTuneCommand(args, PushAdapter);

#include <functional>
#include <span>
#include <string>

#include "absl/status/statusor.h"

namespace kaito::runtime {

// Pushes the adapter in `directory` to the image `reference` with the
// credentials of `auth_file`, which may be empty; gives the digest.
using AdapterPusher = std::function<absl::StatusOr<std::string>(
    const std::string& directory, const std::string& reference,
    const std::string& auth_file)>;

// Arguments without the program's and the command's name. The exit code, with
// the reason on standard error and in the termination message. Without a
// pusher, --push is refused.
int RunTuneCommand(std::span<const std::string> args,
                   const AdapterPusher& pusher);

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_TRAIN_TUNE_COMMAND_H_
