#ifndef KAITO_RUNTIME_SERVE_HTTP_ERROR_REPLY_H_
#define KAITO_RUNTIME_SERVE_HTTP_ERROR_REPLY_H_

// A Status as an HTTP answer: in OpenAI's shape for its routes, in FastAPI's for
// KAITO's /chat. The field that a message begins with ("top_p: is 2, want …")
// becomes the error's param.
//
//   writer.Send(OpenAiError(status)).IgnoreError();
//
// Pure.

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "kaito/base/http/message.h"

namespace kaito::runtime::serve {

// ResourceExhausted means a full queue: 429.
int HttpCodeOf(const absl::Status& status);

// {"error":{"code":…,"message":…,"param":…,"type":…}}
std::string OpenAiErrorBody(const absl::Status& status);

// With Retry-After where another try may succeed.
http::Response OpenAiError(const absl::Status& status);
// {"detail":…}; 422 in place of 400 where a field is named, as FastAPI does.
http::Response KaitoError(const absl::Status& status);

// Of a body that is no JSON: the status to answer with. HTTP has a code for it
// that no Status has.
absl::Status UnsupportedMediaType(absl::string_view content_type);

}  // namespace kaito::runtime::serve

#endif  // KAITO_RUNTIME_SERVE_HTTP_ERROR_REPLY_H_
