#ifndef KAITO_STANDALONE_APISERVER_RESOURCE_CUSTOM_RESOURCES_H_
#define KAITO_STANDALONE_APISERVER_RESOURCE_CUSTOM_RESOURCES_H_

// From a CustomResourceDefinition to the resources that it defines: one for
// each served version. Versions differ in nothing but apiVersion (conversion
// None).

#include <vector>

#include "absl/status/statusor.h"
#include "kaito/api/schema/field_error.h"
#include "kaito/base/json/value.h"
#include "kaito/standalone/apiserver/resource/resource_definition.h"

namespace kaito::apiserver {

// The newest version first.
absl::StatusOr<std::vector<ResourcePtr>> CustomResources(
    const json::Value& definition, const ResourceHooks& hooks);

// What is wrong with a CustomResourceDefinition.
api::FieldErrors ValidateDefinition(const json::Value& definition);

}  // namespace kaito::apiserver

#endif  // KAITO_STANDALONE_APISERVER_RESOURCE_CUSTOM_RESOURCES_H_
