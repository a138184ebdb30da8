#ifndef KAITO_CLI_VERSION_VERSION_COMMAND_H_
#define KAITO_CLI_VERSION_VERSION_COMMAND_H_

// `kubectl kaito version`: this program's version, and the API server's where
// there is one.
//
//   KAITO_RETURN_IF_ERROR(VersionCommand(args, context));

#include <span>
#include <string>

#include "absl/status/status.h"
#include "kaito/cli/flags/shared_flags.h"

namespace kaito::cli {

absl::Status VersionCommand(std::span<const std::string> args,
                            const Context& context);

}  // namespace kaito::cli

#endif  // KAITO_CLI_VERSION_VERSION_COMMAND_H_
