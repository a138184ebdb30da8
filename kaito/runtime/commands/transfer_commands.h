#ifndef KAITO_RUNTIME_COMMANDS_TRANSFER_COMMANDS_H_
#define KAITO_RUNTIME_COMMANDS_TRANSFER_COMMANDS_H_

// `runtime pack`, `pull` and `fetch`: images to and from registries, and
// downloads; and the push at the end of `runtime tune`.

#include <span>
#include <string>

#include "absl/status/statusor.h"

namespace kaito::runtime {

int RunPackCommand(std::span<const std::string> args);
int RunPullCommand(std::span<const std::string> args);
int RunFetchCommand(std::span<const std::string> args);

// Pushes the adapter in `directory` to `image` with the credentials of
// `auth_file`, a docker config.json or ""; gives the digest. The status' code is
// one that leads to the exit code which the contract wants: 4 for a refusal, 1
// for what may heal.
absl::StatusOr<std::string> PushAdapter(const std::string& directory,
                                        const std::string& image,
                                        const std::string& auth_file);

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_COMMANDS_TRANSFER_COMMANDS_H_
