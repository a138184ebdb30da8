#ifndef KAITO_API_JOB_EXIT_CODE_H_
#define KAITO_API_JOB_EXIT_CODE_H_

// How the runtime's containers end, and what the operator does then
// (docs/contract.md, section 1). The runtime returns these from main(); the
// operator reads them from the container's status.

#include "absl/status/status.h"

namespace kaito::api {

enum class ExitCode : int {
  kDone = 0,
  kMayHeal = 1,    // Trying again, unchanged, may succeed.
  kUserError = 2,  // The user's input is wrong: field, file and row are named.
  kOutOfMemory = 3,    // With the sizes asked for and available.
  kRefused = 4,        // By a registry or data source: 401, 403, 404.
  kInterrupted = 130,  // SIGINT, after a checkpoint.
  kTerminated = 143,   // SIGTERM, after a checkpoint.
};

// The exit code of a program that failed with `status`, where nothing more is
// known: InvalidArgument, NotFound and OutOfRange are the user's,
// ResourceExhausted is memory, PermissionDenied and Unauthenticated a refusal,
// Cancelled a termination, and anything else may heal. A full disk, which
// heals, is for the caller to tell apart.
ExitCode ExitCodeFor(const absl::Status& status);

// Whether the Job must not be tried again until the user has changed something.
bool IsFinal(ExitCode code);

}  // namespace kaito::api

#endif  // KAITO_API_JOB_EXIT_CODE_H_
