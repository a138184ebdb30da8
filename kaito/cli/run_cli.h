#ifndef KAITO_CLI_RUN_CLI_H_
#define KAITO_CLI_RUN_CLI_H_

// kubectl-kaito without its main(): finds the command and runs it. The exit
// code: 0 done, 1 failed (or, of `doctor`, something would fail), 2 the command
// line or the file is wrong, 128 and the signal's number when stopped by one.
//
//   return RunCli({argv + 1, argv + argc}, context);

#include <span>
#include <string>

#include "kaito/cli/flags/shared_flags.h"

namespace kaito::cli {

int RunCli(std::span<const std::string> args, const Context& context);

}  // namespace kaito::cli

#endif  // KAITO_CLI_RUN_CLI_H_
