#include "kaito/standalone/apiserver/schema/openapi_reader.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/base/json/value.h"
#include "kaito/base/regex/regex.h"
#include "kaito/base/status/status.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/standalone/apiserver/schema/builtin_types.h"
#include "kaito/standalone/apiserver/schema/schema.h"

namespace kaito::apiserver {
namespace {

// Objects inside each other in a schema. Pods in a CRD take about 15.
constexpr int kMaxDepth = 64;

bool IsTrue(const json::Value& schema, absl::string_view name) {
  const json::Value* value = schema.Find(name);
  return value != nullptr && value->boolean().value_or(false);
}

std::optional<int64_t> Integer(const json::Value& schema,
                               absl::string_view name) {
  const json::Value* value = schema.Find(name);
  return value != nullptr ? value->integer() : std::nullopt;
}

std::optional<double> Number(const json::Value& schema,
                             absl::string_view name) {
  const json::Value* value = schema.Find(name);
  return value != nullptr ? value->number() : std::nullopt;
}

class Reader {
 public:
  explicit Reader(SchemaSet& set) : set_(set) {}

  absl::StatusOr<Schema*> Read(const json::Value& source,
                               const std::string& path, int depth) {
    if (depth > kMaxDepth) {
      return absl::InvalidArgumentError(
          absl::StrCat(path, ": deeper than ", kMaxDepth, " levels"));
    }
    Schema* schema = set_.New();
    schema->doc = std::string(source.StringAt({"description"}));
    schema->format = std::string(source.StringAt({"format"}));
    schema->nullable = IsTrue(source, "nullable");
    schema->preserve_unknown =
        IsTrue(source, "x-kubernetes-preserve-unknown-fields");
    schema->embedded = IsTrue(source, "x-kubernetes-embedded-resource");
    KAITO_RETURN_IF_ERROR(ReadChecks(source, path, *schema));
    if (IsTrue(source, "x-kubernetes-int-or-string")) {
      schema->kind = Schema::Kind::kIntOrString;
      return schema;
    }
    const absl::string_view type = source.StringAt({"type"});
    if (type == "object") {
      KAITO_RETURN_IF_ERROR(ReadObject(source, path, depth, *schema));
    } else if (type == "array") {
      KAITO_RETURN_IF_ERROR(ReadArray(source, path, depth, *schema));
    } else if (type == "string") {
      schema->kind = Schema::Kind::kString;
    } else if (type == "integer") {
      schema->kind = Schema::Kind::kInteger;
    } else if (type == "number") {
      schema->kind = Schema::Kind::kNumber;
    } else if (type == "boolean") {
      schema->kind = Schema::Kind::kBoolean;
    } else if (type.empty() && schema->preserve_unknown) {
      schema->kind = Schema::Kind::kAny;
    } else {
      return absl::InvalidArgumentError(absl::StrCat(
          path, ".type: \"", type,
          "\": use object, array, string, integer, number or boolean"));
    }
    return schema;
  }

 private:
  absl::Status ReadChecks(const json::Value& source, const std::string& path,
                          Schema& schema) {
    if (const json::Value* values = source.Find("enum");
        values != nullptr && values->is_array()) {
      schema.enum_values = *values->array();
    }
    schema.minimum = Number(source, "minimum");
    schema.maximum = Number(source, "maximum");
    schema.min_length = Integer(source, "minLength");
    schema.max_length = Integer(source, "maxLength");
    schema.min_items = Integer(source, "minItems");
    schema.max_items = Integer(source, "maxItems");
    schema.max_properties = Integer(source, "maxProperties");
    schema.pattern = std::string(source.StringAt({"pattern"}));
    if (schema.pattern.empty()) return absl::OkStatus();
    absl::StatusOr<Regex> regex = Regex::Compile(schema.pattern);
    if (!regex.ok()) {
      return Annotate(regex.status(), absl::StrCat(path, ".pattern"));
    }
    schema.regex = std::make_shared<const Regex>(*std::move(regex));
    return absl::OkStatus();
  }

  absl::Status ReadObject(const json::Value& source, const std::string& path,
                          int depth, Schema& schema) {
    schema.kind = Schema::Kind::kObject;
    schema.atomic = source.StringAt({"x-kubernetes-map-type"}) == "atomic";
    if (const json::Value* values = source.Find("additionalProperties")) {
      if (values->is_object()) {
        schema.kind = Schema::Kind::kMap;
        KAITO_ASSIGN_OR_RETURN(
            schema.element,
            Read(*values, absl::StrCat(path, ".additionalProperties"),
                 depth + 1));
        return absl::OkStatus();
      }
      schema.preserve_unknown |= values->boolean().value_or(false);
    }
    const json::Value* properties = source.Find("properties");
    if (properties == nullptr || !properties->is_object()) {
      return absl::OkStatus();
    }
    for (const json::Member& member : *properties->object()) {
      SchemaProperty property;
      property.name = member.name;
      KAITO_ASSIGN_OR_RETURN(
          property.schema,
          Read(member.value, absl::StrCat(path, ".properties.", member.name),
               depth + 1));
      if (const json::Value* value = member.value.Find("default")) {
        property.default_value = *value;
      }
      schema.properties.push_back(std::move(property));
    }
    if (const json::Value* required = source.Find("required");
        required != nullptr && required->is_array()) {
      for (const json::Value& name : *required->array()) {
        for (SchemaProperty& property : schema.properties) {
          if (name == json::Value(property.name)) property.required = true;
        }
      }
    }
    return absl::OkStatus();
  }

  absl::Status ReadArray(const json::Value& source, const std::string& path,
                         int depth, Schema& schema) {
    schema.kind = Schema::Kind::kArray;
    const json::Value* items = source.Find("items");
    if (items == nullptr || !items->is_object()) {
      return absl::InvalidArgumentError(
          absl::StrCat(path, ".items: required: say what the items are"));
    }
    KAITO_ASSIGN_OR_RETURN(
        schema.element, Read(*items, absl::StrCat(path, ".items"), depth + 1));
    const absl::string_view type = source.StringAt({"x-kubernetes-list-type"});
    if (type == "set") schema.list_type = Schema::ListType::kSet;
    if (type == "map") {
      schema.list_type = Schema::ListType::kMap;
      const json::Value* keys = source.Find("x-kubernetes-list-map-keys");
      if (keys == nullptr || !keys->is_array() || keys->array()->empty()) {
        return absl::InvalidArgumentError(absl::StrCat(
            path, ".x-kubernetes-list-map-keys: required for a list map"));
      }
      for (const json::Value& key : *keys->array()) {
        if (key.string() != nullptr) schema.list_keys.push_back(*key.string());
      }
    }
    return absl::OkStatus();
  }

  SchemaSet& set_;
};

void SetProperty(Schema& root, absl::string_view name, const Schema* schema) {
  for (SchemaProperty& property : root.properties) {
    if (property.name == name) {
      property.schema = schema;
      return;
    }
  }
  SchemaProperty property;
  property.name = std::string(name);
  property.schema = schema;
  root.properties.push_back(std::move(property));
}

}  // namespace

absl::StatusOr<SchemaPtr> ReadOpenApi(const json::Value& schema) {
  auto set = std::make_shared<SchemaSet>();
  Reader reader(*set);
  KAITO_ASSIGN_OR_RETURN(Schema * root,
                         reader.Read(schema, "openAPIV3Schema", 0));
  if (root->kind != Schema::Kind::kObject) {
    return absl::InvalidArgumentError(
        "openAPIV3Schema.type: the root of a kind is an object with "
        "properties");
  }
  const SchemaTypes& builtin = *BuiltinTypes();
  SetProperty(*root, "apiVersion", builtin.by_name.at("string"));
  SetProperty(*root, "kind", builtin.by_name.at("string"));
  SetProperty(*root, "metadata", builtin.by_name.at("ObjectMeta"));
  std::sort(root->properties.begin(), root->properties.end(),
            [](const SchemaProperty& a, const SchemaProperty& b) {
              return a.name < b.name;
            });
  return SchemaPtr(std::move(set), root);
}

}  // namespace kaito::apiserver
