#ifndef KAITO_BASE_STATUS_STATUS_H_
#define KAITO_BASE_STATUS_STATUS_H_

// Small additions to absl::Status. The meaning of each code, and who retries on
// it, is the table in docs/architecture.md, "Errors".
//
//   return Annotate(status, "weights.safetensors");   // "weights.safetensors:
//   ..."

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace kaito {

// Puts "where: " before the message; the code and payloads stay. OK stays OK.
absl::Status Annotate(const absl::Status& status, absl::string_view where);

// The status of a failed system call: "what: <strerror>" with the code that the
// table of errors gives `error` (an errno value): ENOSPC and ENOMEM are
// ResourceExhausted, EACCES and EPERM PermissionDenied, ENOENT NotFound, EEXIST
// AlreadyExists.
absl::Status ErrnoToStatus(int error, absl::string_view what);

// Whether trying the same again, unchanged, may succeed: Unavailable,
// DeadlineExceeded, Aborted, ResourceExhausted.
bool IsTransient(const absl::Status& status);

}  // namespace kaito

#endif  // KAITO_BASE_STATUS_STATUS_H_
