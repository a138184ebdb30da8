#include "kaito/standalone/apiserver/openapi/openapi_document.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "kaito/base/json/value.h"
#include "kaito/standalone/apiserver/openapi/schema_writer.h"
#include "kaito/standalone/apiserver/resource/registry.h"
#include "kaito/standalone/apiserver/resource/resource_definition.h"

namespace kaito::apiserver {
namespace {

using Dialect = SchemaWriter::Dialect;

// "sh.kaito.v1beta1.Workspace": a custom kind's, the group turned round.
std::string DefinitionName(const ResourceDefinition& resource) {
  if (!resource.schema->type_name.empty()) return resource.schema->type_name;
  std::vector<std::string> parts = absl::StrSplit(resource.group, '.');
  std::reverse(parts.begin(), parts.end());
  return absl::StrCat(absl::StrJoin(parts, "."), ".", resource.version, ".",
                      resource.kind);
}

json::Value KindOf(const ResourceDefinition& resource) {
  return json::Object{{"group", resource.group},
                      {"version", resource.version},
                      {"kind", resource.kind}};
}

json::Value QueryParameter(Dialect dialect, const char* name, const char* doc) {
  json::Value parameter =
      json::Object{{"name", name}, {"in", "query"}, {"description", doc}};
  if (dialect == Dialect::kV2) {
    parameter["type"] = "string";
  } else {
    parameter["schema"] = json::Object{{"type", "string"}};
  }
  return parameter;
}

json::Value WriteParameters(Dialect dialect) {
  return json::Array{
      QueryParameter(dialect, "dryRun", "All: change nothing."),
      QueryParameter(dialect, "fieldManager", "Who owns what is written."),
      QueryParameter(dialect, "fieldValidation",
                     "Ignore, Warn or Strict: of unknown fields.")};
}

json::Value OperationOf(const ResourceDefinition& resource, Dialect dialect,
                        absl::string_view action, const json::Value& answer) {
  json::Value operation =
      json::Object{{"x-kubernetes-action", action},
                   {"x-kubernetes-group-version-kind", KindOf(resource)}};
  json::Value response = json::Object{{"description", "OK"}};
  if (dialect == Dialect::kV2) {
    response["schema"] = answer;
  } else {
    response["content"]["application/json"]["schema"] = answer;
  }
  operation["responses"]["200"] = std::move(response);
  if (action != "get" && action != "list") {
    operation["parameters"] = WriteParameters(dialect);
  }
  return operation;
}

void AddPaths(const ResourceDefinition& resource, Dialect dialect,
              const json::Value& answer, json::Value& paths) {
  const std::string root =
      resource.group.empty()
          ? absl::StrCat("/api/", resource.version)
          : absl::StrCat("/apis/", resource.group, "/", resource.version);
  const std::string collection =
      absl::StrCat(root, resource.namespaced ? "/namespaces/{namespace}/" : "/",
                   resource.plural);
  json::Value& many = paths[collection];
  many["post"] = OperationOf(resource, dialect, "post", answer);
  if (resource.answer != nullptr) return;
  many["get"] = OperationOf(resource, dialect, "list", answer);
  json::Value& one = paths[absl::StrCat(collection, "/{name}")];
  one["get"] = OperationOf(resource, dialect, "get", answer);
  for (const char* method : {"delete", "patch", "put"}) {
    one[method] = OperationOf(resource, dialect, method, answer);
  }
}

json::Value Info() {
  return json::Object{{"title", "kaito standalone"}, {"version", "v1.30.0"}};
}

json::Value AddResource(const ResourceDefinition& resource, Dialect dialect,
                        SchemaWriter& writer, json::Value& paths) {
  const std::string name = DefinitionName(resource);
  writer.AddKind(
      name, *resource.schema,
      {{"x-kubernetes-group-version-kind", json::Array{KindOf(resource)}}});
  json::Value answer = writer.Reference(name);
  AddPaths(resource, dialect, answer, paths);
  return answer;
}

}  // namespace

json::Value OpenApiV2(const Catalog& catalog) {
  SchemaWriter writer(Dialect::kV2);
  json::Value paths = json::Object();
  for (const ResourcePtr& resource : catalog.resources()) {
    AddResource(*resource, Dialect::kV2, writer, paths);
  }
  return json::Object{{"swagger", "2.0"},
                      {"info", Info()},
                      {"paths", std::move(paths)},
                      {"definitions", std::move(writer).Take()}};
}

std::optional<json::Value> OpenApiV3(const Catalog& catalog,
                                     absl::string_view group,
                                     absl::string_view version) {
  if (!catalog.HasGroupVersion(group, version)) return std::nullopt;
  SchemaWriter writer(Dialect::kV3);
  json::Value paths = json::Object();
  for (const ResourcePtr& resource : catalog.resources()) {
    if (resource->group == group && resource->version == version) {
      AddResource(*resource, Dialect::kV3, writer, paths);
    }
  }
  return json::Object{
      {"openapi", "3.0.0"},
      {"info", Info()},
      {"paths", std::move(paths)},
      {"components", json::Object{{"schemas", std::move(writer).Take()}}}};
}

json::Value OpenApiV3Index(const Catalog& catalog, absl::string_view hash) {
  json::Value paths = json::Object();
  for (const ResourcePtr& resource : catalog.resources()) {
    const std::string path =
        resource->group.empty()
            ? absl::StrCat("api/", resource->version)
            : absl::StrCat("apis/", resource->group, "/", resource->version);
    paths[path] =
        json::Object{{"serverRelativeURL",
                      absl::StrCat("/openapi/v3/", path, "?hash=", hash)}};
  }
  return json::Object{{"paths", std::move(paths)}};
}

}  // namespace kaito::apiserver
