#ifndef KAITO_RUNTIME_COMMANDS_RUN_H_
#define KAITO_RUNTIME_COMMANDS_RUN_H_

// The runtime program: finds the subcommand that is meant and runs it.
//
//   int main(int argc, char** argv) {
//     return RunRuntime(std::vector<std::string>(argv + 1, argv + argc));
//   }

#include <span>
#include <string>

namespace kaito::runtime {

// Arguments without the program's name. The exit code.
int RunRuntime(std::span<const std::string> args);

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_COMMANDS_RUN_H_
