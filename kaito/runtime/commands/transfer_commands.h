#ifndef KAITO_RUNTIME_COMMANDS_TRANSFER_COMMANDS_H_
#define KAITO_RUNTIME_COMMANDS_TRANSFER_COMMANDS_H_

// `runtime pack`, `pull` and `fetch`: images to and from registries, and
// downloads.

#include <span>
#include <string>

namespace kaito::runtime {

int RunPackCommand(std::span<const std::string> args);
int RunPullCommand(std::span<const std::string> args);
int RunFetchCommand(std::span<const std::string> args);

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_COMMANDS_TRANSFER_COMMANDS_H_
