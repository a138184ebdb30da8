#include "kaito/base/http/response_head.h"

#include <cstdint>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "kaito/base/http/exchange.h"
#include "kaito/base/http/response_status.h"

namespace kaito::http {

ResponseHead MakeResponseHead(const Exchange::Head& head, int64_t body_bytes,
                              const ResponseContext& context, absl::Time now) {
  const bool bodiless_code = head.code == 204 || head.code == 304;
  const bool until_close = head.is_stream && context.is_http_1_0;
  ResponseHead made{.has_body = !context.is_head && !bodiless_code,
                    .chunked = head.is_stream && !context.is_http_1_0,
                    .keep_alive = context.keep_alive && !until_close};
  absl::StrAppend(
      &made.text, "HTTP/1.1 ", head.code, " ", ReasonPhrase(head.code),
      "\r\nDate: ",
      absl::FormatTime("%a, %d %b %Y %H:%M:%S GMT", now, absl::UTCTimeZone()),
      "\r\n");
  for (const auto& [name, value] : head.headers) {
    absl::StrAppend(&made.text, name, ": ", value, "\r\n");
  }
  if (made.chunked && !bodiless_code) {
    absl::StrAppend(&made.text, "Transfer-Encoding: chunked\r\n");
  } else if (!head.is_stream && !bodiless_code) {
    absl::StrAppend(&made.text, "Content-Length: ", body_bytes, "\r\n");
  }
  if (!made.keep_alive) {
    absl::StrAppend(&made.text, "Connection: close\r\n");
  } else if (context.is_http_1_0) {
    absl::StrAppend(&made.text, "Connection: keep-alive\r\n");
  }
  absl::StrAppend(&made.text, "\r\n");
  return made;
}

}  // namespace kaito::http
