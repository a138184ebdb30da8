#ifndef KAITO_STANDALONE_APISERVER_SERVER_OPENAPI_ANSWER_H_
#define KAITO_STANDALONE_APISERVER_SERVER_OPENAPI_ANSWER_H_

// Answers under /openapi: which document, in which form, and whether the
// client has it already. Pure.

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/standalone/apiserver/resource/registry.h"

namespace kaito::apiserver {

struct OpenApiAnswer {
  int code = 200;  // Or 304.
  std::string content_type;
  std::string etag;
  std::string body;
};

// NotFound where the path leads to no document.
absl::StatusOr<OpenApiAnswer> AnswerOpenApi(
    const Catalog& catalog, const std::vector<std::string>& segments,
    absl::string_view accept, absl::string_view if_none_match);

}  // namespace kaito::apiserver

#endif  // KAITO_STANDALONE_APISERVER_SERVER_OPENAPI_ANSWER_H_
