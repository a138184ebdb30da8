#include "kaito/standalone/apiserver/resource/custom_resources.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "kaito/api/schema/field_error.h"
#include "kaito/base/json/value.h"
#include "kaito/base/status/status.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/standalone/apiserver/object/cell.h"
#include "kaito/standalone/apiserver/object/json_path.h"
#include "kaito/standalone/apiserver/resource/resource_definition.h"
#include "kaito/standalone/apiserver/schema/openapi_reader.h"
#include "kaito/standalone/apiserver/schema/schema.h"

namespace kaito::apiserver {
namespace {

std::vector<std::string> Strings(const json::Value* value) {
  std::vector<std::string> strings;
  if (value == nullptr || !value->is_array()) return strings;
  for (const json::Value& item : *value->array()) {
    if (item.string() != nullptr) strings.push_back(*item.string());
  }
  return strings;
}

bool IsTrue(const json::Value& value, absl::string_view name) {
  const json::Value* member = value.Find(name);
  return member != nullptr && member->boolean().value_or(false);
}

// How Kubernetes prefers versions: v2 before v1 before v1beta2 before v1alpha1
// before all others, which go by their names.
std::tuple<int, int64_t, int64_t> Rank(absl::string_view version) {
  if (!absl::ConsumePrefix(&version, "v")) return {0, 0, 0};
  const auto digits = [&version] {
    int64_t number = -1;
    size_t n = 0;
    while (n < version.size() && n < 9 &&
           absl::ascii_isdigit(static_cast<unsigned char>(version[n]))) {
      ++n;
    }
    if (n > 0 && !absl::SimpleAtoi(version.substr(0, n), &number))
      return number;
    version.remove_prefix(n);
    return number;
  };
  const int64_t major = digits();
  if (major < 0) return {0, 0, 0};
  if (version.empty()) return {3, major, 0};
  const int stage = absl::ConsumePrefix(&version, "beta")    ? 2
                    : absl::ConsumePrefix(&version, "alpha") ? 1
                                                             : 0;
  const int64_t minor = stage > 0 ? digits() : 0;
  if (stage == 0 || minor < 0 || !version.empty()) return {0, 0, 0};
  return {stage, major, minor};
}

// Columns of the definition, behind the name.
absl::Status AddColumns(const json::Value& version,
                        ResourceDefinition& resource) {
  resource.columns.push_back(
      {.name = "Name", .format = "name", .description = "Unique name."});
  std::vector<std::pair<JsonPath, bool>> paths;  // And whether it is a date.
  const json::Value* columns = version.Find("additionalPrinterColumns");
  if (columns == nullptr || !columns->is_array() || columns->array()->empty()) {
    KAITO_ASSIGN_OR_RETURN(JsonPath created,
                           JsonPath::Parse(".metadata.creationTimestamp"));
    paths.emplace_back(std::move(created), true);
    resource.columns.push_back({.name = "Age", .type = "date"});
  } else {
    for (const json::Value& column : *columns->array()) {
      KAITO_ASSIGN_OR_RETURN(JsonPath path,
                             JsonPath::Parse(column.StringAt({"jsonPath"})));
      TableColumn out = {
          .name = std::string(column.StringAt({"name"})),
          .type = std::string(column.StringAt({"type"})),
          .format = std::string(column.StringAt({"format"})),
          .description = std::string(column.StringAt({"description"}))};
      if (const json::Value* priority = column.Find("priority")) {
        out.priority = static_cast<int>(priority->integer().value_or(0));
      }
      paths.emplace_back(std::move(path), out.type == "date");
      resource.columns.push_back(std::move(out));
    }
  }
  resource.print_row = [paths = std::move(paths)](const json::Value& object,
                                                  absl::Time now) {
    json::Array cells = {object.StringAt({"metadata", "name"})};
    for (const auto& [path, is_date] : paths) {
      const json::Value* value = path.First(object);
      if (is_date) {
        cells.push_back(value != nullptr && value->string() != nullptr
                            ? json::Value(AgeText(*value->string(), now))
                            : json::Value("<unknown>"));
      } else if (value == nullptr || value->is_null()) {
        cells.emplace_back(nullptr);
      } else {
        cells.push_back(CellText(*value));
      }
    }
    return cells;
  };
  return absl::OkStatus();
}

absl::StatusOr<ResourcePtr> VersionOf(const json::Value& definition,
                                      const json::Value& version,
                                      const std::string& storage_version,
                                      const ResourceHooks& hooks) {
  const json::Value& spec = *definition.Find("spec");
  auto resource = std::make_shared<ResourceDefinition>();
  resource->group = std::string(spec.StringAt({"group"}));
  resource->version = std::string(version.StringAt({"name"}));
  resource->kind = std::string(spec.StringAt({"names", "kind"}));
  resource->plural = std::string(spec.StringAt({"names", "plural"}));
  resource->singular = std::string(spec.StringAt({"names", "singular"}));
  if (resource->singular.empty()) {
    resource->singular = absl::AsciiStrToLower(resource->kind);
  }
  resource->list_kind = std::string(spec.StringAt({"names", "listKind"}));
  if (resource->list_kind.empty()) {
    resource->list_kind = absl::StrCat(resource->kind, "List");
  }
  resource->short_names = Strings(spec.FindPath({"names", "shortNames"}));
  resource->categories = Strings(spec.FindPath({"names", "categories"}));
  resource->namespaced = spec.StringAt({"scope"}) != "Cluster";
  resource->custom = true;
  const json::Value* subresources = version.Find("subresources");
  if (subresources != nullptr) {
    resource->status = subresources->Find("status") != nullptr;
    if (const json::Value* scale = subresources->Find("scale")) {
      resource->scale = ScalePaths{
          .spec_replicas = std::string(scale->StringAt({"specReplicasPath"})),
          .status_replicas =
              std::string(scale->StringAt({"statusReplicasPath"})),
          .selector = std::string(scale->StringAt({"labelSelectorPath"}))};
    }
  }
  const json::Value* schema = version.FindPath({"schema", "openAPIV3Schema"});
  if (schema == nullptr) {
    return absl::InvalidArgumentError(absl::StrCat(
        "version ", resource->version, ": schema.openAPIV3Schema: required"));
  }
  KAITO_ASSIGN_OR_RETURN(resource->schema, ReadOpenApi(*schema));
  KAITO_RETURN_IF_ERROR(AddColumns(version, *resource));
  resource->set_defaults = hooks.set_defaults;
  resource->validate = hooks.validate;
  resource->storage_resource =
      absl::StrCat(resource->plural, ".", resource->group);
  if (resource->version != storage_version) {
    resource->storage_api_version =
        absl::StrCat(resource->group, "/", storage_version);
  }
  return ResourcePtr(std::move(resource));
}

const json::Array& VersionsOf(const json::Value& definition) {
  static const auto* none = new json::Array;
  const json::Value* versions = definition.FindPath({"spec", "versions"});
  return versions != nullptr && versions->is_array() ? *versions->array()
                                                     : *none;
}

}  // namespace

absl::StatusOr<std::vector<ResourcePtr>> CustomResources(
    const json::Value& definition, const ResourceHooks& hooks) {
  const absl::string_view name = definition.StringAt({"metadata", "name"});
  std::string storage_version;
  for (const json::Value& version : VersionsOf(definition)) {
    if (IsTrue(version, "storage")) {
      storage_version = std::string(version.StringAt({"name"}));
    }
  }
  std::vector<ResourcePtr> resources;
  for (const json::Value& version : VersionsOf(definition)) {
    if (!IsTrue(version, "served")) continue;
    absl::StatusOr<ResourcePtr> resource =
        VersionOf(definition, version, storage_version, hooks);
    if (!resource.ok()) return Annotate(resource.status(), name);
    resources.push_back(*std::move(resource));
  }
  std::stable_sort(resources.begin(), resources.end(),
                   [](const ResourcePtr& a, const ResourcePtr& b) {
                     return Rank(a->version) > Rank(b->version);
                   });
  return resources;
}

api::FieldErrors ValidateDefinition(const json::Value& definition) {
  api::FieldErrors errors;
  const json::Value* spec = definition.Find("spec");
  if (spec == nullptr) {
    errors.Required("spec", "say what the kind is called");
    return errors;
  }
  const std::string wanted = absl::StrCat(spec->StringAt({"names", "plural"}),
                                          ".", spec->StringAt({"group"}));
  if (definition.StringAt({"metadata", "name"}) != wanted) {
    errors.Invalid("metadata.name",
                   absl::StrCat("must be spec.names.plural and spec.group, ",
                                api::QuoteForMessage(wanted)));
  }
  const absl::string_view scope = spec->StringAt({"scope"});
  if (scope != "Namespaced" && scope != "Cluster") {
    errors.NotSupported("spec.scope", scope, {"Cluster", "Namespaced"});
  }
  const auto storage = std::count_if(
      VersionsOf(definition).begin(), VersionsOf(definition).end(),
      [](const json::Value& v) { return IsTrue(v, "storage"); });
  if (storage != 1) {
    errors.Invalid("spec.versions",
                   "exactly one version must have storage: true");
  }
  if (spec->StringAt({"conversion", "strategy"}) == "Webhook") {
    errors.NotSupported("spec.conversion.strategy", "Webhook", {"None"});
  }
  const absl::Status resources = CustomResources(definition, {}).status();
  if (!resources.ok()) {
    errors.Invalid("spec.versions", resources.message());
  }
  return errors;
}

}  // namespace kaito::apiserver
