#ifndef KAITO_RUNTIME_COMMANDS_PROBE_H_
#define KAITO_RUNTIME_COMMANDS_PROBE_H_

// `runtime probe`: what this machine offers to tuning and serving, and which
// kernels would be chosen.

#include <span>
#include <string>

namespace kaito::runtime {

// Arguments without the program's and the command's name. The exit code.
int RunProbeCommand(std::span<const std::string> args);

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_COMMANDS_PROBE_H_
