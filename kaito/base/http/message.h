#ifndef KAITO_BASE_HTTP_MESSAGE_H_
#define KAITO_BASE_HTTP_MESSAGE_H_

// What the client sends and gets back. Plain data; client.h moves it.
//
//   Request request{.method = "PATCH",
//                   .url = "https://api.example/apis/…",
//                   .headers = {{"Content-Type", "application/json"}},
//                   .body = patch};

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "kaito/base/http/headers.h"

namespace kaito::http {

// What a response kept in memory may hold unless told otherwise. A list of
// 10,000 pods has 61 MB; lists are to be paged below that.
inline constexpr int64_t kDefaultMaxBodyBytes = int64_t{64} << 20;

// Gives the next piece of a request's body; an empty one is the end. Called by
// the thread that waits for the response, so that it may read from a disk.
using BodyProducer = std::function<absl::StatusOr<std::string>()>;

struct Request {
  std::string method = "GET";
  std::string url;  // http or https.
  Headers headers;

  // Either a body in memory, or a producer of exactly `produced_bytes`. A
  // producer's body is sent once: a connection that broke is not tried again.
  std::string body;
  BodyProducer producer;
  int64_t produced_bytes = 0;

  // From the call to the last byte of the response. Infinite for a watch.
  absl::Duration timeout = absl::Seconds(30);
  // The longest time without a byte in either direction, while the reader does
  // not hold the response up itself.
  absl::Duration idle_timeout = absl::InfiniteDuration();

  // The response's body, after decompression; more is ResourceExhausted. 0: the
  // default above where the body is kept in memory, no limit where it is
  // streamed.
  int64_t max_body_bytes = 0;
  int64_t max_header_bytes = 64 << 10;
  // What a streamed response keeps ahead of its reader. When it is full, no
  // more is taken from the network; over HTTP/2 only after the 32 MiB that
  // libcurl has promised each stream to take.
  int64_t max_queued_bytes = 1 << 20;

  // Asks for gzip, and decompresses. For big lists.
  bool accept_gzip = false;
};

struct Response {
  int code = 0;  // 100 to 599. An HTTP error is a Response, not a Status.
  Headers headers;
  std::string body;
};

}  // namespace kaito::http

#endif  // KAITO_BASE_HTTP_MESSAGE_H_
