#ifndef KAITO_RUNTIME_TRAIN_TUNE_COMMAND_H_
#define KAITO_RUNTIME_TRAIN_TUNE_COMMAND_H_

// `runtime tune`: flags, files and environment around Tune() (tune.h).
//
//   return RunTuneCommand(args, PushAdapter);

#include <span>
#include <string>

#include "absl/status/status.h"
#include "kaito/runtime/train/adapter_push.h"

namespace kaito::runtime {

// Arguments without the program's and the command's name. The exit code, with
// the reason on standard error and in the termination message. Without a
// pusher, --push is refused.
int RunTuneCommand(std::span<const std::string> args,
                   const AdapterPusher& pusher);

// Whether `tune` would take these arguments; nothing is read or run. For tests
// of what others start it with.
absl::Status CheckTuneArguments(std::span<const std::string> args);

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_TRAIN_TUNE_COMMAND_H_
