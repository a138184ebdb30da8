#include "kaito/runtime/serve/http/error_reply.h"

#include <string>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/cord.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/base/http/headers.h"
#include "kaito/base/http/message.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"

namespace kaito::runtime::serve {
namespace {

// Long enough for a step, short for a person.
constexpr char kRetryAfterSeconds[] = "1";

// Marks a status whose answer is 415.
constexpr char kMediaTypePayload[] = "kaito/unsupported-media-type";

// "top_p", "messages[0].role": what stands before the first ": ". "" where
// that is no field.
absl::string_view ParamOf(absl::string_view message) {
  const size_t end = message.find(": ");
  if (end == absl::string_view::npos) return "";
  const absl::string_view name = message.substr(0, end);
  for (const char c : name) {
    if (!absl::ascii_islower(c) && !absl::ascii_isdigit(c) && c != '_' &&
        c != '.' && c != '[' && c != ']') {
      return "";
    }
  }
  return name;
}

struct Kind {
  const char* type;
  const char* code;  // Null: none.
};

Kind KindOf(const absl::Status& status, int http_code) {
  switch (http_code) {
    case 401:
      return {"authentication_error", "invalid_api_key"};
    case 404:
      return {"invalid_request_error", "model_not_found"};
    case 429:
      return {"requests", "rate_limit_exceeded"};
    case 500:
      return {"server_error", "internal_error"};
    case 503:
      return {"server_error", "unavailable"};
    case 504:
      return {"server_error", "timeout"};
    default:
      if (absl::StrContains(status.message(), "maximum context length")) {
        return {"invalid_request_error", "context_length_exceeded"};
      }
      return {"invalid_request_error", nullptr};
  }
}

http::Response Reply(int code, std::string body) {
  http::Response response{.code = code,
                          .headers = {{"Content-Type", "application/json"}},
                          .body = std::move(body)};
  if (code == 429 || code == 503) {
    response.headers.Set("Retry-After", kRetryAfterSeconds);
  }
  if (code == 401) response.headers.Set("WWW-Authenticate", "Bearer");
  return response;
}

}  // namespace

int HttpCodeOf(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kOutOfRange:
      return status.GetPayload(kMediaTypePayload).has_value() ? 415 : 400;
    case absl::StatusCode::kUnauthenticated:
      return 401;
    case absl::StatusCode::kPermissionDenied:
      return 403;
    case absl::StatusCode::kNotFound:
      return 404;
    case absl::StatusCode::kAlreadyExists:
      return 400;  // vLLM's, of an adapter that is loaded.
    case absl::StatusCode::kResourceExhausted:
      return 429;
    case absl::StatusCode::kCancelled:
      return 499;  // The client has gone; nobody reads it.
    case absl::StatusCode::kDeadlineExceeded:
      return 504;
    case absl::StatusCode::kUnavailable:
      return 503;
    default:
      return 500;
  }
}

std::string OpenAiErrorBody(const absl::Status& status) {
  const Kind kind = KindOf(status, HttpCodeOf(status));
  const absl::string_view param = ParamOf(status.message());
  json::Object error({{"code", nullptr},
                      {"message", status.message()},
                      {"param", nullptr},
                      {"type", kind.type}});
  if (kind.code != nullptr) error["code"] = kind.code;
  if (!param.empty()) error["param"] = param;
  return json::Write(json::Object({{"error", std::move(error)}}));
}

http::Response OpenAiError(const absl::Status& status) {
  return Reply(HttpCodeOf(status), OpenAiErrorBody(status));
}

http::Response KaitoError(const absl::Status& status) {
  int code = HttpCodeOf(status);
  if (code == 400 && !ParamOf(status.message()).empty()) code = 422;
  return Reply(code, json::Write(json::Object({{"detail", status.message()}})));
}

absl::Status UnsupportedMediaType(absl::string_view content_type) {
  absl::Status status = absl::InvalidArgumentError(
      absl::StrCat("Content-Type is ", json::Quote(content_type),
                   ", want application/json"));
  status.SetPayload(kMediaTypePayload, absl::Cord("415"));
  return status;
}

}  // namespace kaito::runtime::serve
