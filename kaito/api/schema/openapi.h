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
};

json::Value OpenApiSchema(const Type& type, const SchemaOptions& options);

}  // namespace kaito::api

#endif  // KAITO_API_SCHEMA_OPENAPI_H_
