#ifndef KAITO_RUNTIME_CONVERT_CONVERT_COMMANDS_H_
#define KAITO_RUNTIME_CONVERT_CONVERT_COMMANDS_H_

// `runtime quantize` and `runtime merge`: flags around quantize_model.h and
// merge_adapter.h.
//
//   return RunQuantizeCommand(args);

#include <span>
#include <string>

namespace kaito::runtime {

// Arguments without the program's and the command's name. The exit code.
int RunQuantizeCommand(std::span<const std::string> args);
int RunMergeCommand(std::span<const std::string> args);

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_CONVERT_CONVERT_COMMANDS_H_
