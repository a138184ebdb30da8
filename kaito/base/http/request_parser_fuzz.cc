// Any bytes as requests, in one piece and in pieces: no crash, the limits hold,
// and where the bytes are cut makes no difference.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "absl/strings/string_view.h"
#include "kaito/base/http/request_parser.h"
#include "kaito/base/http/server_request.h"
#include "kaito/base/http/target.h"

namespace {

using ::kaito::http::RequestParser;
using State = RequestParser::State;

constexpr kaito::http::ParserLimits kLimits = {.header_bytes = 512,
                                               .body_bytes = 256};

void Require(bool ok) {
  if (!ok) std::abort();
}

void Feed(RequestParser& parser, absl::string_view data, size_t step) {
  std::string buffer;
  while (!data.empty()) {
    const absl::string_view piece = data.substr(0, step);
    data.remove_prefix(piece.size());
    buffer.append(piece.data(), piece.size());
    const int64_t used = parser.Put(buffer);
    Require(used >= 0 && used <= static_cast<int64_t>(buffer.size()));
    buffer.erase(0, used);
    if (parser.state() == State::kDone || parser.state() == State::kBad) return;
    // What waits is an unfinished line or header.
    Require(static_cast<int64_t>(buffer.size()) <= kLimits.header_bytes);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view bytes(reinterpret_cast<const char*>(data), size);
  RequestParser whole(kLimits);
  Feed(whole, bytes, size + 1);
  RequestParser cut(kLimits);
  Feed(cut, bytes, size % 7 + 1);
  if (whole.state() == State::kBad) Require(whole.refusal_code() >= 400);
  // A fault in an unfinished header is seen at once or at its end, by how it was
  // cut; what is finished is seen the same.
  Require((whole.state() == State::kDone) == (cut.state() == State::kDone));
  if (whole.state() != State::kDone) return 0;
  const kaito::http::ServerRequest request = whole.Take();
  const kaito::http::ServerRequest same = cut.Take();
  Require(request.body == same.body && request.method == same.method);
  Require(request.body.size() <= 256);
  Require(request.headers.Check().ok());
  kaito::http::ParseTarget(request.raw_target).IgnoreError();
  return 0;
}
