#ifndef KAITO_STANDALONE_APISERVER_SERVER_REQUEST_BODY_H_
#define KAITO_STANDALONE_APISERVER_SERVER_REQUEST_BODY_H_

// The body of a request: JSON, YAML, or for objects Kubernetes' protobuf.

#include <optional>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/base/http/server_request.h"
#include "kaito/base/json/value.h"
#include "kaito/standalone/apiserver/rest/verbs.h"

namespace kaito::apiserver {

// "application/json" of "application/json; charset=utf-8".
absl::string_view MediaTypeOf(const http::ServerRequest& request);

// Null where there is none. Errors are ApiStatus: 400, or 415 for a form, or
// for a part of it, that is not read.
absl::StatusOr<json::Value> ParseBody(const http::ServerRequest& request);

// nullopt for media types that are no patch's.
std::optional<PatchKind> PatchKindOf(absl::string_view media_type);

}  // namespace kaito::apiserver

#endif  // KAITO_STANDALONE_APISERVER_SERVER_REQUEST_BODY_H_
