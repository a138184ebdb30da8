#ifndef KAITO_CLI_PLAN_PLAN_COMMAND_H_
#define KAITO_CLI_PLAN_PLAN_COMMAND_H_

// `kubectl kaito plan -f FILE`: what the operator would do with the Workspaces
// of a file, by the operator's own code (operator/plan). Needs no cluster.
//
//   KAITO_RETURN_IF_ERROR(PlanCommand(args, context));

#include <span>
#include <string>

#include "absl/status/status.h"
#include "kaito/cli/flags/shared_flags.h"

namespace kaito::cli {

absl::Status PlanCommand(std::span<const std::string> args,
                         const Context& context);

}  // namespace kaito::cli

#endif  // KAITO_CLI_PLAN_PLAN_COMMAND_H_
