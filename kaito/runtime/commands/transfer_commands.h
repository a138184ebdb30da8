#ifndef KAITO_RUNTIME_COMMANDS_TRANSFER_COMMANDS_H_
#define KAITO_RUNTIME_COMMANDS_TRANSFER_COMMANDS_H_

// `runtime pack`, `pull` and `fetch`: images to and from registries, and
// downloads; and the push at the end of `runtime tune`.

#include <span>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "kaito/runtime/train/adapter_push.h"

namespace kaito::runtime {

int RunPackCommand(std::span<const std::string> args);
int RunPullCommand(std::span<const std::string> args);
int RunFetchCommand(std::span<const std::string> args);

// The push of `tune`. The status' code is one that leads to the exit code which
// the contract wants: 4 for a refusal, 1 for what may heal.
absl::StatusOr<std::string> PushAdapter(const AdapterPush& push);

// Whether `pull` and `fetch` would take these arguments; nothing is read or
// run. For tests of what others start them with.
absl::Status CheckPullArguments(std::span<const std::string> args);
absl::Status CheckFetchArguments(std::span<const std::string> args);

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_COMMANDS_TRANSFER_COMMANDS_H_
