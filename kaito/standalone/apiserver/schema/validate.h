#ifndef KAITO_STANDALONE_APISERVER_SCHEMA_VALIDATE_H_
#define KAITO_STANDALONE_APISERVER_SCHEMA_VALIDATE_H_

// Whether an object has the shape that its kind asks for, and what a server
// does to it before it looks: members that the kind lacks are dropped, and
// absent ones get their defaults. Pure; each of these run twice changes nothing
// the second time.

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "kaito/api/schema/field_error.h"
#include "kaito/base/json/value.h"
#include "kaito/standalone/apiserver/schema/schema.h"

namespace kaito::apiserver {

// Everything that is wrong with the value; at most 100 errors.
api::FieldErrors Validate(const Schema& schema, const json::Value& value,
                          absl::string_view path = "");

// Removes members that the schema lacks, and nulls where null says nothing.
// Paths of the removed members are added to `unknown`.
void Prune(const Schema& schema, json::Value& value,
           std::vector<std::string>& unknown, absl::string_view path = "");

void ApplyDefaults(const Schema& schema, json::Value& value);

}  // namespace kaito::apiserver

#endif  // KAITO_STANDALONE_APISERVER_SCHEMA_VALIDATE_H_
