#ifndef KAITO_RUNTIME_SERVE_COMMANDS_SERVING_COMMANDS_H_
#define KAITO_RUNTIME_SERVE_COMMANDS_SERVING_COMMANDS_H_

// `runtime serve`, `runtime score` and `runtime generate`: flags to options.
// What they do is serve.h, score_lines.h and generate_lines.h.
//
//   return RunServeCommand(std::vector<std::string>{"--model", dir});

#include <span>
#include <string>

#include "absl/status/status.h"

namespace kaito::runtime {

// Arguments without the program's and the command's name. The exit code.
int RunServeCommand(std::span<const std::string> args);
int RunScoreCommand(std::span<const std::string> args);
int RunGenerateCommand(std::span<const std::string> args);

// Whether `serve` would take these arguments; nothing is read or run. For tests
// of what others start it with.
absl::Status CheckServeArguments(std::span<const std::string> args);

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_SERVE_COMMANDS_SERVING_COMMANDS_H_
