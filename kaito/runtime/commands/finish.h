#ifndef KAITO_RUNTIME_COMMANDS_FINISH_H_
#define KAITO_RUNTIME_COMMANDS_FINISH_H_

// How every subcommand of the runtime ends: the reason in one line on standard
// error and in the container's termination message, and the exit code that
// tells the operator who has to act (api/job/exit_code.h).
//
//   int RunFetchCommand(std::span<const std::string> args) {
//     return FinishCommand("fetch", Fetch(args));
//   }

#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "kaito/api/job/termination.h"

namespace kaito::runtime {

// The exit code. Writes nothing where `status` is OK.
int FinishCommand(absl::string_view command, const absl::Status& status);

// Of a command that knows more than the status' code: a reason and a remedy of
// its own, or what came of a success. Empty fields are filled in.
int FinishCommand(absl::string_view command, const absl::Status& status,
                  api::Termination termination);

// 143 or 130 where a command was stopped by that signal; 0 where it was not.
int64_t CodeOfStop(const absl::Status& status, int signal);

// CamelCase, of the status' code: "InvalidArgument".
absl::string_view ReasonOf(const absl::Status& status);

// Writes the line to the file that $KAITO_TERMINATION_LOG names, or to
// /dev/termination-log where that exists; else does nothing. Never fails: a
// program that can't say why it ended still ends.
void WriteTermination(const api::Termination& termination);

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_COMMANDS_FINISH_H_
