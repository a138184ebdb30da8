#include "kaito/standalone/apiserver/openapi/schema_writer.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/base/json/value.h"
#include "kaito/standalone/apiserver/schema/schema.h"

namespace kaito::apiserver {
namespace {

using Kind = Schema::Kind;

absl::string_view TypeName(Kind kind) {
  switch (kind) {
    case Kind::kObject:
    case Kind::kMap:
      return "object";
    case Kind::kArray:
      return "array";
    case Kind::kString:
    case Kind::kIntOrString:
      return "string";
    case Kind::kInteger:
      return "integer";
    case Kind::kNumber:
      return "number";
    case Kind::kBoolean:
      return "boolean";
    case Kind::kAny:
      break;
  }
  return "";
}

json::Value Strings(const std::vector<std::string>& strings) {
  json::Array array;
  for (const std::string& s : strings) array.emplace_back(s);
  return array;
}

}  // namespace

json::Value SchemaWriter::Reference(absl::string_view name) const {
  return json::Object{
      {"$ref", absl::StrCat(dialect_ == Dialect::kV2 ? "#/definitions/"
                                                     : "#/components/schemas/",
                            name)}};
}

void SchemaWriter::AddKind(absl::string_view name, const Schema& schema,
                           const json::Object& extra) {
  json::Value body = Body(schema);
  for (const json::Member& member : extra) body[member.name] = member.value;
  definitions_[name] = std::move(body);
  Drain();
}

void SchemaWriter::Drain() {
  while (!waiting_.empty()) {
    const Schema* schema = waiting_.back();
    waiting_.pop_back();
    json::Value body = Body(*schema);
    definitions_[schema->type_name] = std::move(body);
  }
}

json::Value SchemaWriter::Use(const Schema& schema) {
  if (schema.type_name.empty()) return Body(schema);
  if (!definitions_.Contains(schema.type_name)) {
    // Taken, so that it is written once.
    definitions_[schema.type_name] = json::Object();
    waiting_.push_back(&schema);
  }
  return Reference(schema.type_name);
}

json::Value SchemaWriter::PropertyOf(const SchemaProperty& property) {
  json::Value out = Use(*property.schema);
  const bool is_reference = out.Find("$ref") != nullptr;
  if (is_reference && dialect_ == Dialect::kV3 && !property.doc.empty()) {
    // Nothing may stand beside a reference.
    out = json::Object{{"allOf", json::Array{std::move(out)}}};
  }
  // Version 2 tolerates it, and kubectl reads it.
  if (!property.doc.empty()) out["description"] = property.doc;
  if (!property.default_value.is_null() && !is_reference) {
    out["default"] = property.default_value;
  }
  if (property.merge) {
    out["x-kubernetes-patch-strategy"] = "merge";
    if (!property.merge_key.empty()) {
      out["x-kubernetes-patch-merge-key"] = property.merge_key;
    }
  }
  return out;
}

json::Value SchemaWriter::Body(const Schema& schema) {
  json::Value out = json::Object();
  const absl::string_view type = TypeName(schema.kind);
  if (!type.empty()) out["type"] = type;
  if (!schema.doc.empty()) out["description"] = schema.doc;
  if (schema.kind == Kind::kIntOrString) {
    out["format"] = "int-or-string";
  } else if (!schema.format.empty()) {
    out["format"] = schema.format;
  }
  WriteChecks(schema, out);
  if (schema.kind == Kind::kArray) {
    out["items"] = Use(*schema.element);
    if (schema.list_type == Schema::ListType::kMap) {
      out["x-kubernetes-list-type"] = "map";
      out["x-kubernetes-list-map-keys"] = Strings(schema.list_keys);
    } else {
      out["x-kubernetes-list-type"] =
          schema.list_type == Schema::ListType::kSet ? "set" : "atomic";
    }
  }
  if (schema.kind == Kind::kMap) {
    out["additionalProperties"] = Use(*schema.element);
  }
  if (schema.atomic) out["x-kubernetes-map-type"] = "atomic";
  if (schema.preserve_unknown) {
    out["x-kubernetes-preserve-unknown-fields"] = true;
    // kubectl's check by version 2 knows no open objects with properties.
    if (dialect_ == Dialect::kV2) return out;
  }
  json::Array required;
  for (const SchemaProperty& property : schema.properties) {
    out["properties"][property.name] = PropertyOf(property);
    if (property.required) required.emplace_back(property.name);
  }
  if (!required.empty()) out["required"] = std::move(required);
  return out;
}

void SchemaWriter::WriteChecks(const Schema& schema, json::Value& out) {
  if (!schema.enum_values.empty()) out["enum"] = schema.enum_values;
  if (schema.minimum) out["minimum"] = *schema.minimum;
  if (schema.maximum) out["maximum"] = *schema.maximum;
  if (schema.min_length) out["minLength"] = *schema.min_length;
  if (schema.max_length) out["maxLength"] = *schema.max_length;
  if (schema.min_items) out["minItems"] = *schema.min_items;
  if (schema.max_items) out["maxItems"] = *schema.max_items;
  if (schema.max_properties) out["maxProperties"] = *schema.max_properties;
  if (!schema.pattern.empty()) out["pattern"] = schema.pattern;
}

}  // namespace kaito::apiserver
