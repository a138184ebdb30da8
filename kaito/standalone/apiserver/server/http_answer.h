#ifndef KAITO_STANDALONE_APISERVER_SERVER_HTTP_ANSWER_H_
#define KAITO_STANDALONE_APISERVER_SERVER_HTTP_ANSWER_H_

// Answers as Kubernetes' clients want them.

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "kaito/base/http/response_writer.h"
#include "kaito/base/json/value.h"

namespace kaito::apiserver {

// A Status object, with Retry-After where it says so. `error` is best one of
// api/meta/api_status.h.
void SendApiError(http::ResponseWriter& writer, const absl::Status& error);

// Warnings become headers that kubectl prints.
void SendText(http::ResponseWriter& writer, int code,
              absl::string_view content_type, std::string body,
              const std::vector<std::string>& warnings = {});

void SendJson(http::ResponseWriter& writer, int code, const json::Value& value,
              const std::vector<std::string>& warnings = {});

}  // namespace kaito::apiserver

#endif  // KAITO_STANDALONE_APISERVER_SERVER_HTTP_ANSWER_H_
