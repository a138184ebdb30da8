#include "kaito/api/schema/openapi.h"

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "kaito/api/schema/type.h"
#include "kaito/base/json/value.h"

namespace kaito::api {
namespace {

json::Value Strings(const std::vector<std::string>& strings) {
  json::Array array;
  for (const std::string& s : strings) array.emplace_back(s);
  return array;
}

json::Value Number(double d) {
  if (d == std::floor(d)) return static_cast<int64_t>(d);
  return d;
}

void AddRules(const std::vector<CelRule>& rules, const SchemaOptions& options,
              json::Value& schema) {
  if (!options.cel) return;
  for (const CelRule& rule : rules) {
    schema["x-kubernetes-validations"].Append(
        json::Object{{"message", rule.message}, {"rule", rule.rule}});
  }
}

json::Value StructSchema(const StructType& type, const SchemaOptions& options);

json::Value TypeSchema(const Type& type, const SchemaOptions& options) {
  json::Value schema = json::Object();
  switch (type.kind()) {
    case Type::Kind::kString:
      schema["type"] = "string";
      break;
    case Type::Kind::kInteger:
      schema["type"] = "integer";
      break;
    case Type::Kind::kNumber:
      schema["type"] = "number";
      break;
    case Type::Kind::kBoolean:
      schema["type"] = "boolean";
      break;
    case Type::Kind::kIntOrString:
      schema["anyOf"] = json::Array{json::Object{{"type", "integer"}},
                                    json::Object{{"type", "string"}}};
      schema["x-kubernetes-int-or-string"] = true;
      break;
    case Type::Kind::kAny:
      schema["type"] = "object";
      schema["x-kubernetes-preserve-unknown-fields"] = true;
      break;
    case Type::Kind::kArray:
      schema["type"] = "array";
      schema["items"] = TypeSchema(*type.element(), options);
      break;
    case Type::Kind::kMap:
      schema["type"] = "object";
      schema["additionalProperties"] = TypeSchema(*type.element(), options);
      break;
    case Type::Kind::kStruct:
      return StructSchema(*type.as_struct(), options);
  }
  if (!type.format().empty()) schema["format"] = type.format();
  if (!type.pattern().empty()) schema["pattern"] = type.pattern();
  return schema;
}

json::Value FieldSchema(const Field& field, const SchemaOptions& options) {
  json::Value schema = TypeSchema(*field.type, options);
  if (!field.doc.empty()) schema["description"] = field.doc;
  if (!field.default_value.is_null()) schema["default"] = field.default_value;
  if (!field.enum_values.empty()) schema["enum"] = Strings(field.enum_values);
  if (field.minimum) schema["minimum"] = Number(*field.minimum);
  if (field.maximum) schema["maximum"] = Number(*field.maximum);
  if (field.min_length) schema["minLength"] = *field.min_length;
  if (field.max_length) schema["maxLength"] = *field.max_length;
  if (field.max_items) schema["maxItems"] = *field.max_items;
  if (field.max_properties) schema["maxProperties"] = *field.max_properties;
  if (field.item_max_length) {
    const bool map = field.type->kind() == Type::Kind::kMap;
    schema[map ? "additionalProperties" : "items"]["maxLength"] =
        *field.item_max_length;
  }
  if (!field.pattern.empty()) schema["pattern"] = field.pattern;
  if (!field.list_type.empty()) {
    schema["x-kubernetes-list-type"] = field.list_type;
  }
  if (!field.list_map_keys.empty()) {
    schema["x-kubernetes-list-map-keys"] = Strings(field.list_map_keys);
  }
  AddRules(field.rules, options, schema);
  return schema;
}

json::Value StructSchema(const StructType& type, const SchemaOptions& options) {
  json::Value schema = json::Object{{"type", "object"}};
  if (!type.doc().empty()) schema["description"] = type.doc();
  json::Array required;
  for (const Field& field : type.fields()) {
    schema["properties"][field.name] = FieldSchema(field, options);
    if (field.required) required.emplace_back(field.name);
  }
  if (!required.empty()) schema["required"] = std::move(required);
  if (type.keeps_others() && !options.closed) {
    schema["x-kubernetes-preserve-unknown-fields"] = true;
  }
  AddRules(type.rules(), options, schema);
  return schema;
}

}  // namespace

json::Value OpenApiSchema(const Type& type, const SchemaOptions& options) {
  return TypeSchema(type, options);
}

}  // namespace kaito::api
