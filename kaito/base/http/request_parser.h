#ifndef KAITO_BASE_HTTP_REQUEST_PARSER_H_
#define KAITO_BASE_HTTP_REQUEST_PARSER_H_

// Bytes to one request, with limits: Beast's HTTP/1 parser, and the checks that
// it leaves out. Private to the server. No I/O, so that it can be fuzzed.
//
//   RequestParser parser({.header_bytes = 16 << 10, .body_bytes = 4 << 20});
//   buffer.erase(0, parser.Put(buffer));
//   if (parser.state() == RequestParser::State::kDone) ... parser.Take() ...

#include <cstdint>
#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "kaito/base/http/server_request.h"

namespace kaito::http {

struct ParserLimits {
  int64_t header_bytes;
  int64_t body_bytes;
};

class RequestParser {
 public:
  enum class State { kHeader, kBody, kDone, kBad };

  explicit RequestParser(const ParserLimits& limits);
  ~RequestParser();
  RequestParser(const RequestParser&) = delete;
  RequestParser& operator=(const RequestParser&) = delete;

  // Reads from the front of `data` and returns how many bytes it is done with;
  // the rest must come again, at the front, with more behind. Takes none after
  // kDone and kBad.
  int64_t Put(absl::string_view data);

  State state() const;
  // Since kBody: the client waits for "100 Continue" before it sends the body.
  bool wants_continue() const;
  // Since kDone: whether the connection may serve another request.
  bool keep_alive() const;
  // Since kBody; HTTP/1.0 knows no chunks.
  bool is_http_1_0() const;

  // In kDone, once. Without target and peer.
  ServerRequest Take();

  // In kBad: the response's code (400, 413, 431, 501, 505) and a text.
  int refusal_code() const;
  absl::string_view refusal() const;

 private:
  class Impl;
  const std::unique_ptr<Impl> impl_;
};

}  // namespace kaito::http

#endif  // KAITO_BASE_HTTP_REQUEST_PARSER_H_
