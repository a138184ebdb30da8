#ifndef KAITO_RUNTIME_FETCH_REFUSAL_H_
#define KAITO_RUNTIME_FETCH_REFUSAL_H_

// Marks an error as a server's refusal: 401, 403 or 404 of a registry or data
// source, which exit code 4 reports. A code alone would not do, since a file of
// ours that is missing is NotFound too.
//
//   return MarkRefused(http::ResponseStatus(404, body, url));
//   if (WasRefused(status)) termination.code = 4;

#include "absl/status/status.h"

namespace kaito::runtime {

absl::Status MarkRefused(absl::Status status);
bool WasRefused(const absl::Status& status);

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_FETCH_REFUSAL_H_
