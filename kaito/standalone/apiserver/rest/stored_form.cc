#include "kaito/standalone/apiserver/rest/stored_form.h"

#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/standalone/apiserver/resource/resource_definition.h"
#include "kaito/standalone/apiserver/store/object_key.h"

namespace kaito::apiserver {

void ToStored(const ResourceDefinition& resource, json::Value& object) {
  if (resource.to_storage != nullptr) resource.to_storage(object);
  object["apiVersion"] = resource.storage_api_version.empty()
                             ? resource.api_version()
                             : resource.storage_api_version;
}

absl::StatusOr<json::Value> FromStored(const ResourceDefinition& resource,
                                       absl::string_view body) {
  KAITO_ASSIGN_OR_RETURN(json::Value object, json::Parse(body));
  if (resource.from_storage != nullptr) resource.from_storage(object);
  // Also where the stored version has changed since.
  object["apiVersion"] = resource.api_version();
  return object;
}

absl::StatusOr<std::string> TextFromStored(const ResourceDefinition& resource,
                                           absl::string_view body) {
  if (resource.from_storage == nullptr) {
    // Members are sorted: it is the first one of nearly all kinds.
    const std::string wanted =
        absl::StrCat("{\"apiVersion\":\"", resource.api_version(), "\",");
    if (absl::StartsWith(body, wanted)) return std::string(body);
    absl::string_view rest = body;
    if (absl::ConsumePrefix(&rest, "{\"apiVersion\":\"")) {
      const size_t end = rest.find("\",");
      if (end != absl::string_view::npos) {
        return absl::StrCat(wanted, rest.substr(end + 2));
      }
    }
  }
  KAITO_ASSIGN_OR_RETURN(const json::Value object, FromStored(resource, body));
  return json::Write(object);
}

ObjectKey KeyOf(const ResourceDefinition& resource, absl::string_view ns,
                absl::string_view name) {
  return {resource.storage_resource,
          resource.namespaced ? std::string(ns) : std::string(),
          std::string(name)};
}

}  // namespace kaito::apiserver
