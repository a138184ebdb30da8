#include "kaito/base/http/response_status.h"

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace kaito::http {
namespace {

constexpr size_t kMaxExcerptBytes = 512;

absl::StatusCode StatusCodeOf(int code) {
  switch (code) {
    case 401:
    case 407:
      return absl::StatusCode::kUnauthenticated;
    case 403:
    case 451:
      return absl::StatusCode::kPermissionDenied;
    case 404:
    case 410:
      return absl::StatusCode::kNotFound;
    case 408:
    case 504:
      return absl::StatusCode::kDeadlineExceeded;
    case 409:
      return absl::StatusCode::kAborted;
    case 412:
    case 428:
      return absl::StatusCode::kFailedPrecondition;
    case 413:
    case 414:
    case 429:
    case 431:
    case 507:
      return absl::StatusCode::kResourceExhausted;
    case 416:
      return absl::StatusCode::kOutOfRange;
    case 501:
    case 505:
      return absl::StatusCode::kUnimplemented;
    default:
      break;
  }
  if (code >= 300 && code <= 399) return absl::StatusCode::kFailedPrecondition;
  if (code >= 400 && code <= 499) return absl::StatusCode::kInvalidArgument;
  if (code >= 500 && code <= 599) return absl::StatusCode::kUnavailable;
  return absl::StatusCode::kInternal;
}

// The length of the UTF-8 character at the start of `text`; 0 where there is
// none that is whole and well-formed.
size_t CharacterSize(absl::string_view text) {
  const auto byte = [&](size_t i) {
    return static_cast<unsigned char>(text[i]);
  };
  size_t size = 0;
  uint32_t smallest = 0;  // Of this length; less is an overlong spelling.
  uint32_t value = 0;
  if (byte(0) < 0x80) return 1;
  if ((byte(0) & 0xe0) == 0xc0) {
    size = 2, smallest = 0x80, value = byte(0) & 0x1f;
  } else if ((byte(0) & 0xf0) == 0xe0) {
    size = 3, smallest = 0x800, value = byte(0) & 0x0f;
  } else if ((byte(0) & 0xf8) == 0xf0) {
    size = 4, smallest = 0x10000, value = byte(0) & 0x07;
  }
  if (size == 0 || text.size() < size) return 0;
  for (size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
    value = value << 6 | (byte(i) & 0x3f);
  }
  const bool surrogate = value >= 0xd800 && value <= 0xdfff;
  return value < smallest || value > 0x10ffff || surrogate ? 0 : size;
}

std::string Excerpt(absl::string_view body) {
  std::string line;
  size_t at = 0;
  while (at < body.size()) {
    const size_t size = CharacterSize(body.substr(at));
    if (line.size() + (size == 0 ? 1 : size) > kMaxExcerptBytes) {
      return absl::StrCat(line, "...");
    }
    const auto byte = static_cast<unsigned char>(body[at]);
    if (size == 0) {
      line += '?';
    } else if (byte < 0x20 || byte == 0x7f) {
      // One space for a run of line breaks and indentation.
      if (!line.empty() && line.back() != ' ') line += ' ';
    } else if (byte != ' ' || (!line.empty() && line.back() != ' ')) {
      absl::StrAppend(&line, body.substr(at, size));
    }
    at += size == 0 ? 1 : size;
  }
  if (!line.empty() && line.back() == ' ') line.pop_back();
  return line;
}

}  // namespace

absl::Status ResponseStatus(int code, absl::string_view body,
                            absl::string_view where) {
  if (IsSuccess(code)) return absl::OkStatus();
  const std::string excerpt = Excerpt(body);
  return absl::Status(
      StatusCodeOf(code),
      absl::StrCat(where, ": HTTP ", code, " ", ReasonPhrase(code),
                   excerpt.empty() ? "" : ": ", excerpt));
}

absl::string_view ReasonPhrase(int code) {
  static constexpr struct {
    int code;
    absl::string_view phrase;
  } kPhrases[] = {
      {100, "Continue"},
      {101, "Switching Protocols"},
      {200, "OK"},
      {201, "Created"},
      {202, "Accepted"},
      {204, "No Content"},
      {206, "Partial Content"},
      {301, "Moved Permanently"},
      {302, "Found"},
      {303, "See Other"},
      {304, "Not Modified"},
      {307, "Temporary Redirect"},
      {308, "Permanent Redirect"},
      {400, "Bad Request"},
      {401, "Unauthorized"},
      {403, "Forbidden"},
      {404, "Not Found"},
      {405, "Method Not Allowed"},
      {406, "Not Acceptable"},
      {407, "Proxy Authentication Required"},
      {408, "Request Timeout"},
      {409, "Conflict"},
      {410, "Gone"},
      {411, "Length Required"},
      {412, "Precondition Failed"},
      {413, "Content Too Large"},
      {414, "URI Too Long"},
      {415, "Unsupported Media Type"},
      {416, "Range Not Satisfiable"},
      {417, "Expectation Failed"},
      {422, "Unprocessable Content"},
      {428, "Precondition Required"},
      {429, "Too Many Requests"},
      {431, "Request Header Fields Too Large"},
      {451, "Unavailable For Legal Reasons"},
      {499, "Client Closed Request"},
      {500, "Internal Server Error"},
      {501, "Not Implemented"},
      {502, "Bad Gateway"},
      {503, "Service Unavailable"},
      {504, "Gateway Timeout"},
      {505, "HTTP Version Not Supported"},
      {507, "Insufficient Storage"},
  };
  for (const auto& entry : kPhrases) {
    if (entry.code == code) return entry.phrase;
  }
  return "Unknown";
}

}  // namespace kaito::http
