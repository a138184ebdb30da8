#ifndef KAITO_STANDALONE_APISERVER_SCHEMA_TYPE_DOCS_H_
#define KAITO_STANDALONE_APISERVER_SCHEMA_TYPE_DOCS_H_

// Descriptions for `kubectl explain`: the words that kaito/api/core has for the
// fields which our controllers read, put into the built-in types.

#include "kaito/standalone/apiserver/schema/notation.h"

namespace kaito::apiserver {

// Types of both are matched by their kinds' names, fields by theirs.
void AddTypeDocs(SchemaTypes& types);

}  // namespace kaito::apiserver

#endif  // KAITO_STANDALONE_APISERVER_SCHEMA_TYPE_DOCS_H_
