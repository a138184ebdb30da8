#ifndef KAITO_RUNTIME_COMMANDS_RUN_H_
#define KAITO_RUNTIME_COMMANDS_RUN_H_

// The runtime program: finds the subcommand that is meant and runs it.
//
//   int main(int argc, char** argv) {
//     return RunRuntime(std::vector<std::string>(argv + 1, argv + argc));
//   }

#include <span>
#include <string>

#include "absl/status/status.h"

namespace kaito::runtime {

// Arguments without the program's name. The exit code.
int RunRuntime(std::span<const std::string> args);

// Whether the program would take these arguments, where they are of a command
// that pods are started with: serve, tune, fetch, pull. Nothing is read or run.
// For tests of what the operator renders. Unimplemented for other commands.
absl::Status CheckArguments(std::span<const std::string> args);

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_COMMANDS_RUN_H_
