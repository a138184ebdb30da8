#ifndef KAITO_STANDALONE_APISERVER_OPENAPI_GNOSTIC_H_
#define KAITO_STANDALONE_APISERVER_OPENAPI_GNOSTIC_H_

// An OpenAPI v2 document as the protobuf message openapi.v2.Document of gnostic,
// which kubectl up to 1.28 asks for and takes nothing else instead of. Only
// what our own documents hold is written.

#include <string>

#include "kaito/base/json/value.h"

namespace kaito::apiserver {

std::string GnosticDocument(const json::Value& document);

}  // namespace kaito::apiserver

#endif  // KAITO_STANDALONE_APISERVER_OPENAPI_GNOSTIC_H_
