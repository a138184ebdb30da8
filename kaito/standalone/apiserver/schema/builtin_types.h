#ifndef KAITO_STANDALONE_APISERVER_SCHEMA_BUILTIN_TYPES_H_
#define KAITO_STANDALONE_APISERVER_SCHEMA_BUILTIN_TYPES_H_

// The types of the built-in kinds, with every field that Kubernetes 1.30 has in
// them: what kubectl checks objects against and the server strictly refuses or
// prunes. kaito/api/core describes only what our controllers read; where it has
// a field, its words are used for `kubectl explain`.

#include <memory>

#include "kaito/standalone/apiserver/schema/notation.h"

namespace kaito::apiserver {

// By short names such as "Pod" and "PodSpec". Built at the first call.
const std::shared_ptr<SchemaTypes>& BuiltinTypes();

}  // namespace kaito::apiserver

#endif  // KAITO_STANDALONE_APISERVER_SCHEMA_BUILTIN_TYPES_H_
