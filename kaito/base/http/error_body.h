#ifndef KAITO_BASE_HTTP_ERROR_BODY_H_
#define KAITO_BASE_HTTP_ERROR_BODY_H_

// The body of the errors that the server and the router answer by themselves.
// Protocols with error formats of their own write their own.
//
//   {"code":404,"message":"no such path"}

#include <string>

#include "absl/strings/string_view.h"
#include "kaito/base/http/headers.h"

namespace kaito::http {

std::string ErrorBody(int code, absl::string_view message);

// Content-Type: application/json.
Headers ErrorHeaders();

}  // namespace kaito::http

#endif  // KAITO_BASE_HTTP_ERROR_BODY_H_
