#ifndef KAITO_API_SCHEMA_OPENAPI_H_
#define KAITO_API_SCHEMA_OPENAPI_H_

// The OpenAPI v3 schema of a described type, in the structural form that CRDs
// want.
//
//   json::Value schema = OpenApiSchema(TypeFor<Workspace>(), {.cel = true});

#include "kaito/api/schema/type.h"
#include "kaito/base/json/value.h"

namespace kaito::api {

struct SchemaOptions {
  // With x-kubernetes-validations. Servers before 1.25 refuse or drop them.
  bool cel = false;
  // Without x-kubernetes-preserve-unknown-fields where a struct keeps what it
  // lacks: the program does so for objects of other servers, and a CRD of our
  // own still prunes.
  bool closed = false;
};

json::Value OpenApiSchema(const Type& type, const SchemaOptions& options);

}  // namespace kaito::api

#endif  // KAITO_API_SCHEMA_OPENAPI_H_
