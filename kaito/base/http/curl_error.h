#ifndef KAITO_BASE_HTTP_CURL_ERROR_H_
#define KAITO_BASE_HTTP_CURL_ERROR_H_

// libcurl's errors as Status, by the list in client.h. Private to the client.

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "curl/curl.h"

namespace kaito::http {

// "where: what: text", where `text` is libcurl's own for this transfer, or
// empty.
absl::Status CurlError(CURLcode code, absl::string_view text,
                       absl::string_view where);

}  // namespace kaito::http

#endif  // KAITO_BASE_HTTP_CURL_ERROR_H_
