#include "kaito/api/job/exit_code.h"

#include "absl/status/status.h"

namespace kaito::api {

ExitCode ExitCodeFor(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kOk:
      return ExitCode::kDone;
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kNotFound:
    case absl::StatusCode::kOutOfRange:
      return ExitCode::kUserError;
    case absl::StatusCode::kResourceExhausted:
      return ExitCode::kOutOfMemory;
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kUnauthenticated:
      return ExitCode::kRefused;
    case absl::StatusCode::kCancelled:
      return ExitCode::kTerminated;
    default:
      return ExitCode::kMayHeal;
  }
}

bool IsFinal(ExitCode code) {
  return code == ExitCode::kUserError || code == ExitCode::kOutOfMemory ||
         code == ExitCode::kRefused;
}

}  // namespace kaito::api
