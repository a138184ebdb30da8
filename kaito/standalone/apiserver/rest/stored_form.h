#ifndef KAITO_STANDALONE_APISERVER_REST_STORED_FORM_H_
#define KAITO_STANDALONE_APISERVER_REST_STORED_FORM_H_

// Between the shape in which an object is stored and that of the version in
// which it is asked for. Most kinds have one version only, and their stored
// text is the answer as it is.

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/base/json/value.h"
#include "kaito/standalone/apiserver/resource/resource_definition.h"
#include "kaito/standalone/apiserver/store/object_key.h"

namespace kaito::apiserver {

void ToStored(const ResourceDefinition& resource, json::Value& object);

absl::StatusOr<json::Value> FromStored(const ResourceDefinition& resource,
                                       absl::string_view body);

// As FromStored, as text; parses only where it must.
absl::StatusOr<std::string> TextFromStored(const ResourceDefinition& resource,
                                           absl::string_view body);

ObjectKey KeyOf(const ResourceDefinition& resource, absl::string_view ns,
                absl::string_view name);

}  // namespace kaito::apiserver

#endif  // KAITO_STANDALONE_APISERVER_REST_STORED_FORM_H_
