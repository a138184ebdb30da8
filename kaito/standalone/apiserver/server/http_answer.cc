#include "kaito/standalone/apiserver/server/http_answer.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/api/meta/api_status.h"
#include "kaito/api/schema/codec.h"
#include "kaito/base/http/headers.h"
#include "kaito/base/http/response_writer.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"

namespace kaito::apiserver {
namespace {

// A header's value takes no control characters, and clients cut long ones.
constexpr size_t kMaxWarningBytes = 256;
constexpr size_t kMaxWarnings = 32;

std::string WarningValue(absl::string_view text) {
  std::string value = "299 - \"";
  for (const char c : text.substr(0, kMaxWarningBytes)) {
    if (c == '"' || c == '\\') value.push_back('\\');
    value.push_back(c >= 0x20 && c < 0x7f ? c : ' ');
  }
  value.push_back('"');
  return value;
}

}  // namespace

void SendText(http::ResponseWriter& writer, int code,
              absl::string_view content_type, std::string body,
              const std::vector<std::string>& warnings) {
  http::Headers headers = {{"Content-Type", std::string(content_type)},
                           {"Cache-Control", "no-cache, private"}};
  for (size_t i = 0; i < warnings.size() && i < kMaxWarnings; ++i) {
    headers.Add("Warning", WarningValue(warnings[i]));
  }
  // A client that has gone is told nothing.
  writer.Send({.code = code, .headers = headers, .body = std::move(body)})
      .IgnoreError();
}

void SendJson(http::ResponseWriter& writer, int code, const json::Value& value,
              const std::vector<std::string>& warnings) {
  SendText(writer, code, "application/json", json::Write(value) + "\n",
           warnings);
}

void SendApiError(http::ResponseWriter& writer, const absl::Status& error) {
  const api::ApiStatus status = api::FromStatus(error);
  http::Headers headers = {{"Content-Type", "application/json"},
                           {"Cache-Control", "no-cache, private"}};
  if (status.details && status.details->retry_after_seconds > 0) {
    headers.Set("Retry-After",
                absl::StrCat(status.details->retry_after_seconds));
  }
  writer
      .Send({.code = status.code >= 400 ? status.code : 500,
             .headers = headers,
             .body = json::Write(api::Encode(status)) + "\n"})
      .IgnoreError();
}

}  // namespace kaito::apiserver
