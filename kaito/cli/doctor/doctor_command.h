#ifndef KAITO_CLI_DOCTOR_DOCTOR_COMMAND_H_
#define KAITO_CLI_DOCTOR_DOCTOR_COMMAND_H_

// `kubectl kaito doctor`: finds what would fail before it does, on this machine
// and in the cluster, each with its remedy.
//
//   KAITO_RETURN_IF_ERROR(DoctorCommand(args, context));

#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "kaito/cli/doctor/findings.h"
#include "kaito/cli/flags/shared_flags.h"

namespace kaito::cli {

// FailedPrecondition where a finding is one of failure.
absl::Status DoctorCommand(std::span<const std::string> args,
                           const Context& context);

// Prints them; the status is the command's.
absl::Status ShowFindings(const std::vector<Finding>& findings,
                          OutputFormat output, const Context& context);

}  // namespace kaito::cli

#endif  // KAITO_CLI_DOCTOR_DOCTOR_COMMAND_H_
