#ifndef KAITO_STANDALONE_APISERVER_OPENAPI_OPENAPI_DOCUMENT_H_
#define KAITO_STANDALONE_APISERVER_OPENAPI_OPENAPI_DOCUMENT_H_

// OpenAPI documents of a catalogue: what kubectl checks objects against before
// it sends them, and what `kubectl explain` shows. Pure.

#include <optional>

#include "absl/strings/string_view.h"
#include "kaito/base/json/value.h"
#include "kaito/standalone/apiserver/resource/registry.h"

namespace kaito::apiserver {

// /openapi/v2: all kinds in one. For kubectl up to 1.28.
json::Value OpenApiV2(const Catalog& catalog);

// /openapi/v3/api/v1 and /openapi/v3/apis/<group>/<version>; nullopt where
// there is no such group and version.
std::optional<json::Value> OpenApiV3(const Catalog& catalog,
                                     absl::string_view group,
                                     absl::string_view version);

// /openapi/v3. `hash` goes into the URLs: clients keep a document for ever
// under its URL.
json::Value OpenApiV3Index(const Catalog& catalog, absl::string_view hash);

}  // namespace kaito::apiserver

#endif  // KAITO_STANDALONE_APISERVER_OPENAPI_OPENAPI_DOCUMENT_H_
