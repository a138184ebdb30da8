#ifndef KAITO_CLI_CHAT_CHAT_COMMAND_H_
#define KAITO_CLI_CHAT_CHAT_COMMAND_H_

// `kubectl kaito chat NAME [PROMPT...]`: talks to a Workspace's model. With a
// prompt it answers once; without, it reads prompts, a line each.
//
//   KAITO_RETURN_IF_ERROR(ChatCommand(args, context));

#include <span>
#include <string>

#include "absl/status/status.h"
#include "kaito/cli/flags/shared_flags.h"

namespace kaito::cli {

absl::Status ChatCommand(std::span<const std::string> args,
                         const Context& context);

}  // namespace kaito::cli

#endif  // KAITO_CLI_CHAT_CHAT_COMMAND_H_
