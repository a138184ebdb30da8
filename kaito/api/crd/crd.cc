#include "kaito/api/crd/crd.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/api/schema/openapi.h"
#include "kaito/api/schema/type.h"
#include "kaito/base/json/value.h"

namespace kaito::api {
namespace {

json::Value Strings(const std::vector<std::string>& strings) {
  json::Array array;
  for (const std::string& s : strings) array.emplace_back(s);
  return array;
}

json::Value ColumnJson(const PrinterColumn& column) {
  json::Object object = {{"name", column.name},
                         {"type", column.type},
                         {"jsonPath", column.json_path}};
  if (!column.description.empty()) {
    object["description"] = column.description;
  }
  if (column.priority != 0) object["priority"] = column.priority;
  return object;
}

json::Value VersionJson(const CrdVersion& version) {
  json::Value object = json::Object{
      {"name", version.name},
      {"served", version.served},
      {"storage", version.storage},
      {"schema", json::Object{{"openAPIV3Schema", version.schema}}}};
  for (const PrinterColumn& column : version.columns) {
    object["additionalPrinterColumns"].Append(ColumnJson(column));
  }
  if (version.status_subresource) {
    object["subresources"]["status"] = json::Object();
  }
  return object;
}

json::Value NamesJson(const CustomResourceDefinition& crd) {
  json::Object names = {
      {"kind", crd.kind},
      {"listKind",
       crd.list_kind.empty() ? absl::StrCat(crd.kind, "List") : crd.list_kind},
      {"plural", crd.plural},
      {"singular",
       crd.singular.empty() ? absl::AsciiStrToLower(crd.kind) : crd.singular}};
  if (!crd.short_names.empty()) names["shortNames"] = Strings(crd.short_names);
  if (!crd.categories.empty()) names["categories"] = Strings(crd.categories);
  return names;
}

}  // namespace

json::Value RootSchema(const Type& type, const CrdOptions& options) {
  json::Value schema =
      OpenApiSchema(type, {.cel = options.cel, .closed = true});
  schema["properties"]["metadata"] = json::Object{{"type", "object"}};
  return schema;
}

PrinterColumn ConditionColumn(absl::string_view condition_type,
                              absl::string_view description, int priority) {
  return {.name = std::string(condition_type),
          .type = "string",
          .json_path = absl::StrCat(".status.conditions[?(@.type==\"",
                                    condition_type, "\")].status"),
          .description = std::string(description),
          .priority = priority};
}

json::Value ToJson(const CustomResourceDefinition& crd) {
  json::Value object = json::Object{
      {"apiVersion", "apiextensions.k8s.io/v1"},
      {"kind", "CustomResourceDefinition"},
      {"metadata",
       json::Object{{"name", absl::StrCat(crd.plural, ".", crd.group)}}}};
  for (const auto& [key, value] : crd.annotations) {
    object["metadata"]["annotations"][key] = value;
  }
  json::Value& spec = object["spec"];
  spec["group"] = crd.group;
  spec["names"] = NamesJson(crd);
  spec["scope"] = crd.scope == CustomResourceDefinition::Scope::kCluster
                      ? "Cluster"
                      : "Namespaced";
  for (const CrdVersion& version : crd.versions) {
    spec["versions"].Append(VersionJson(version));
  }
  return object;
}

}  // namespace kaito::api
