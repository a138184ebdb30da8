#ifndef KAITO_BASE_HTTP_RESPONSE_STATUS_H_
#define KAITO_BASE_HTTP_RESPONSE_STATUS_H_

// From an HTTP status code to absl::Status, and the names of the codes. For
// callers whose protocol has no error format of its own; those that have one
// (Kubernetes' Status, a registry's errors) read the body themselves.
//
//   if (!IsSuccess(response.code)) {
//     return ResponseStatus(response.code, response.body, "registry.example");
//   }

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace kaito::http {

inline bool IsSuccess(int code) { return code >= 200 && code <= 299; }

// OK for 2xx, else "where: HTTP 404 Not Found: <body>". The body is cut at 512
// bytes and made one line of valid UTF-8.
//
//   400 405 406 411 415 422    InvalidArgument     401 407  Unauthenticated
//   403 451  PermissionDenied  404 410  NotFound   408      DeadlineExceeded
//   409      Aborted           412 428 3xx  FailedPrecondition
//   413 414 429 431 507  ResourceExhausted         416      OutOfRange
//   501 505  Unimplemented     504  DeadlineExceeded
//   other 4xx InvalidArgument  other 5xx Unavailable  the rest Internal
absl::Status ResponseStatus(int code, absl::string_view body,
                            absl::string_view where);

// "Not Found"; "Unknown" for a code that no RFC names.
absl::string_view ReasonPhrase(int code);

}  // namespace kaito::http

#endif  // KAITO_BASE_HTTP_RESPONSE_STATUS_H_
