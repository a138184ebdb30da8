#ifndef KAITO_STANDALONE_APISERVER_SCHEMA_OPENAPI_READER_H_
#define KAITO_STANDALONE_APISERVER_SCHEMA_OPENAPI_READER_H_

// Reads the structural OpenAPI v3 schema of a version of a
// CustomResourceDefinition. Rules in the Common Expression Language, and allOf,
// anyOf, oneOf and not, are not checked by this server: the kinds of the
// project don't rest on them (kaito/api validates these).

#include "absl/status/statusor.h"
#include "kaito/base/json/value.h"
#include "kaito/standalone/apiserver/schema/schema.h"

namespace kaito::apiserver {

// The schema of whole objects: apiVersion, kind and metadata are added as every
// object has them. InvalidArgument names the place of what can't be.
absl::StatusOr<SchemaPtr> ReadOpenApi(const json::Value& schema);

}  // namespace kaito::apiserver

#endif  // KAITO_STANDALONE_APISERVER_SCHEMA_OPENAPI_READER_H_
