#ifndef KAITO_CLI_MODELS_MODELS_H_
#define KAITO_CLI_MODELS_MODELS_H_

// `kubectl kaito models`: the presets that a Workspace can name, and what they
// need by the operator's own reckoning (operator/estimate). Needs no cluster.
//
//   KAITO_RETURN_IF_ERROR(ModelsCommand(args, context));

#include <span>
#include <string>

#include "absl/status/status.h"
#include "kaito/cli/flags/shared_flags.h"

namespace kaito::cli {

absl::Status ModelsCommand(std::span<const std::string> args,
                           const Context& context);

}  // namespace kaito::cli

#endif  // KAITO_CLI_MODELS_MODELS_H_
