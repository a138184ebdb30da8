#ifndef KAITO_BASE_HTTP_RESPONSE_HEAD_H_
#define KAITO_BASE_HTTP_RESPONSE_HEAD_H_

// The header of a response as text, and what it promises about the body. Pure;
// private to the server.

#include <cstdint>
#include <string>

#include "absl/time/time.h"
#include "kaito/base/http/exchange.h"

namespace kaito::http {

// What the request asked for.
struct ResponseContext {
  bool is_head = false;      // Method HEAD: the header only.
  bool is_http_1_0 = false;  // Knows no chunks.
  bool keep_alive = false;   // Both sides would keep the connection.
};

struct ResponseHead {
  std::string text;  // Up to and with the empty line.
  bool has_body = false;
  bool chunked = false;     // The body; else it goes as it is.
  bool keep_alive = false;  // False: its end is the connection's.
};

// `body_bytes` is for a response that is no stream.
ResponseHead MakeResponseHead(const Exchange::Head& head, int64_t body_bytes,
                              const ResponseContext& context, absl::Time now);

}  // namespace kaito::http

#endif  // KAITO_BASE_HTTP_RESPONSE_HEAD_H_
