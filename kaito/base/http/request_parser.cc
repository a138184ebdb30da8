#include "kaito/base/http/request_parser.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <limits>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "kaito/base/http/headers.h"
#include "kaito/base/http/server_request.h"
// After <utility>, as third_party/boost/asio.h explains; all of Asio is not
// needed here.
#include "boost/asio/buffer.hpp"
#include "boost/beast/http/basic_parser.hpp"
#include "boost/beast/http/error.hpp"

namespace kaito::http {
namespace {

namespace beast = boost::beast;
using beast::error_code;

absl::string_view View(beast::string_view text) {
  return absl::string_view(text.data(), text.size());
}

}  // namespace

class RequestParser::Impl final : public beast::http::basic_parser<true> {
 public:
  explicit Impl(const ParserLimits& limits)
      : max_header_bytes_(limits.header_bytes) {
    header_limit(static_cast<uint32_t>(std::min<int64_t>(
        limits.header_bytes, std::numeric_limits<uint32_t>::max())));
    body_limit(static_cast<uint64_t>(limits.body_bytes));
    // Not eager: it returns at the end of the header, which so can be measured.
  }

  int64_t Feed(absl::string_view data) {
    int64_t total = 0;
    while (!data.empty() && !bad() && !is_done()) {
      const int64_t used = Step(data);
      total += used;
      data.remove_prefix(used);
      if (used == 0) break;
    }
    // What is left is the start of a line of a chunk's header or of a trailer.
    if (is_header_done() && !is_done() && !bad() &&
        static_cast<int64_t>(data.size()) > max_header_bytes_) {
      Refuse(431, "chunk header or trailer too large");
    }
    return total;
  }

  bool bad() const { return refusal_code_ != 0; }
  bool wants_continue() const { return wants_continue_; }
  bool is_http_1_0() const { return version_ < 11; }
  int code() const { return refusal_code_; }
  absl::string_view text() const { return refusal_text_; }
  ServerRequest Take() { return std::move(request_); }

 private:
  // The header, or one piece of the body.
  int64_t Step(absl::string_view data) {
    const bool in_header = !is_header_done();
    error_code error;
    int64_t used = 0;
    try {
      used = static_cast<int64_t>(
          put(boost::asio::const_buffer(data.data(), data.size()), error));
    } catch (const std::exception&) {
      Refuse(400, "request out of bounds");
      return 0;
    }
    if (error && error != beast::http::error::need_more) {
      if (!bad()) RefuseFor(error);
    } else if (in_header) {
      // Beast bounds what it has not yet used, so that a header which comes line
      // by line has no end.
      header_bytes_ += used;
      const int64_t waiting =
          is_header_done() ? 0 : static_cast<int64_t>(data.size()) - used;
      if (header_bytes_ + waiting > max_header_bytes_) {
        Refuse(431, "request header too large");
      }
    }
    return used;
  }

  void Refuse(int code, const char* text) {
    refusal_code_ = code;
    refusal_text_ = text;
  }

  void RefuseFor(const error_code& error) {
    namespace http = beast::http;
    if (error == http::error::header_limit) {
      Refuse(431, "request header too large");
    } else if (error == http::error::body_limit) {
      Refuse(413, "request body too large");
    } else if (error == http::error::bad_version) {
      Refuse(505, "only HTTP/1.0 and HTTP/1.1 are spoken here");
    } else {
      Refuse(400, "malformed request");
    }
  }

  // Ends the parse from inside a callback.
  void Refuse(int code, const char* text, error_code& error) {
    Refuse(code, text);
    error = beast::http::error::bad_value;
  }

  void on_request_impl(beast::http::verb, beast::string_view method,
                       beast::string_view target, int version,
                       error_code& error) override {
    request_.method = std::string(View(method));
    request_.raw_target = std::string(View(target));
    version_ = version;
  }

  void on_field_impl(beast::http::field, beast::string_view name,
                     beast::string_view value, error_code& error) override {
    request_.headers.Add(View(name), View(value));
  }

  // What lets two servers in a row see different requests is refused.
  void on_header_impl(error_code& error) override {
    const Headers& headers = request_.headers;
    int hosts = 0;
    int lengths = 0;
    for (const auto& [name, value] : headers) {
      if (absl::EqualsIgnoreCase(name, "Host")) ++hosts;
      if (absl::EqualsIgnoreCase(name, "Content-Length")) {
        // Beast takes "5, 5", which not everyone reads as 5.
        lengths += std::all_of(value.begin(), value.end(), absl::ascii_isdigit)
                       ? 1
                       : 2;
      }
    }
    if (hosts > 1 || (hosts == 0 && version_ >= 11)) {
      Refuse(400, "request needs one Host header", error);
      return;
    }
    if (lengths > 1) {
      Refuse(400, "request has two lengths", error);
      return;
    }
    if (headers.Has("Transfer-Encoding")) {
      if (version_ < 11 || lengths > 0) {
        Refuse(400, "request has two lengths", error);
      } else if (!absl::EqualsIgnoreCase(*headers.Get("Transfer-Encoding"),
                                         "chunked")) {
        Refuse(501, "only the transfer encoding chunked is known", error);
      }
    }
    wants_continue_ =
        version_ >= 11 && headers.HasToken("Expect", "100-continue");
  }

  void on_body_init_impl(const boost::optional<uint64_t>&,
                         error_code&) override {
    // Nothing is set aside for an announced size: it may never come.
  }

  size_t on_body_impl(beast::string_view body, error_code&) override {
    request_.body.append(body.data(), body.size());
    return body.size();
  }

  void on_chunk_header_impl(uint64_t, beast::string_view,
                            error_code&) override {}

  size_t on_chunk_body_impl(uint64_t, beast::string_view body,
                            error_code&) override {
    request_.body.append(body.data(), body.size());
    return body.size();
  }

  void on_finish_impl(error_code&) override {}

  void on_response_impl(int, beast::string_view, int, error_code&) override {}

  const int64_t max_header_bytes_;
  int64_t header_bytes_ = 0;
  ServerRequest request_;
  int version_ = 11;
  bool wants_continue_ = false;
  int refusal_code_ = 0;
  const char* refusal_text_ = "";
};

RequestParser::RequestParser(const ParserLimits& limits)
    : impl_(std::make_unique<Impl>(limits)) {}
RequestParser::~RequestParser() = default;

int64_t RequestParser::Put(absl::string_view data) { return impl_->Feed(data); }

RequestParser::State RequestParser::state() const {
  if (impl_->bad()) return State::kBad;
  if (impl_->is_done()) return State::kDone;
  return impl_->is_header_done() ? State::kBody : State::kHeader;
}

bool RequestParser::wants_continue() const { return impl_->wants_continue(); }
bool RequestParser::keep_alive() const { return impl_->keep_alive(); }
bool RequestParser::is_http_1_0() const { return impl_->is_http_1_0(); }
ServerRequest RequestParser::Take() { return impl_->Take(); }
int RequestParser::refusal_code() const { return impl_->code(); }
absl::string_view RequestParser::refusal() const { return impl_->text(); }

}  // namespace kaito::http
