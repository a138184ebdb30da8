#include "kaito/standalone/apiserver/openapi/gnostic.h"

#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"
#include "kaito/standalone/apiserver/wire/proto_wire.h"

namespace kaito::apiserver {
namespace {

// Numbers of fields are those of gnostic's OpenAPIv2.proto.

void TextOf(const json::Value& value, absl::string_view name, int field,
            ProtoWriter& out) {
  const absl::string_view text = value.StringAt({name});
  if (!text.empty()) out.Text(field, text);
}

// Any { yaml = 2 }; JSON is YAML.
std::string AnyOf(const json::Value& value) {
  ProtoWriter any;
  any.Text(2, json::Write(value));
  return std::move(any).Take();
}

// A pair { name = 1, value = 2 } of whatever message.
std::string Named(absl::string_view name, absl::string_view value) {
  ProtoWriter named;
  named.Text(1, name);
  named.Text(2, value);
  return std::move(named).Take();
}

void ExtensionsOf(const json::Value& value, int field, ProtoWriter& out) {
  for (const json::Member& member : *value.object()) {
    if (absl::StartsWith(member.name, "x-")) {
      out.Text(field, Named(member.name, AnyOf(member.value)));
    }
  }
}

std::string SchemaOf(const json::Value& schema);

// A list { additional_properties = 1 } of NamedSchema.
std::string SchemasOf(const json::Value& schemas) {
  ProtoWriter out;
  for (const json::Member& member : *schemas.object()) {
    out.Text(1, Named(member.name, SchemaOf(member.value)));
  }
  return std::move(out).Take();
}

std::string SchemaOf(const json::Value& schema) {
  ProtoWriter out;
  TextOf(schema, "$ref", 1, out);
  TextOf(schema, "format", 2, out);
  TextOf(schema, "description", 4, out);
  if (const json::Value* value = schema.Find("default")) {
    out.Text(5, AnyOf(*value));
  }
  TextOf(schema, "pattern", 13, out);
  if (const json::Value* required = schema.Find("required")) {
    for (const json::Value& name : *required->array()) {
      out.Text(19, *name.string());
    }
  }
  if (const json::Value* more = schema.Find("additionalProperties")) {
    ProtoWriter item;
    item.Text(1, SchemaOf(*more));
    out.Text(21, std::move(item).Take());
  }
  if (const absl::string_view type = schema.StringAt({"type"}); !type.empty()) {
    ProtoWriter item;
    item.Text(1, type);
    out.Text(22, std::move(item).Take());
  }
  if (const json::Value* items = schema.Find("items")) {
    ProtoWriter item;
    item.Text(1, SchemaOf(*items));
    out.Text(23, std::move(item).Take());
  }
  if (const json::Value* properties = schema.Find("properties")) {
    out.Text(25, SchemasOf(*properties));
  }
  ExtensionsOf(schema, 31, out);
  return std::move(out).Take();
}

// ParametersItem > Parameter > NonBodyParameter > QueryParameterSubSchema.
std::string ParameterOf(const json::Value& parameter) {
  ProtoWriter query;
  TextOf(parameter, "in", 2, query);
  TextOf(parameter, "description", 3, query);
  TextOf(parameter, "name", 4, query);
  TextOf(parameter, "type", 6, query);
  ProtoWriter non_body;
  non_body.Text(3, std::move(query).Take());
  ProtoWriter any;
  any.Text(2, std::move(non_body).Take());
  ProtoWriter item;
  item.Text(1, std::move(any).Take());
  return std::move(item).Take();
}

std::string OperationOf(const json::Value& operation) {
  ProtoWriter out;
  if (const json::Value* parameters = operation.Find("parameters")) {
    for (const json::Value& parameter : *parameters->array()) {
      out.Text(8, ParameterOf(parameter));
    }
  }
  ExtensionsOf(operation, 13, out);
  return std::move(out).Take();
}

std::string PathOf(const json::Value& path) {
  constexpr std::pair<absl::string_view, int> kMethods[] = {
      {"get", 2}, {"put", 3}, {"post", 4}, {"delete", 5}, {"patch", 8}};
  ProtoWriter out;
  for (const auto& [method, field] : kMethods) {
    if (const json::Value* operation = path.Find(method)) {
      out.Text(field, OperationOf(*operation));
    }
  }
  return std::move(out).Take();
}

}  // namespace

std::string GnosticDocument(const json::Value& document) {
  ProtoWriter out;
  TextOf(document, "swagger", 1, out);
  ProtoWriter info;
  TextOf(*document.Find("info"), "title", 1, info);
  TextOf(*document.Find("info"), "version", 2, info);
  out.Text(2, std::move(info).Take());
  ProtoWriter paths;
  for (const json::Member& path : *document.Find("paths")->object()) {
    paths.Text(2, Named(path.name, PathOf(path.value)));
  }
  out.Text(8, std::move(paths).Take());
  out.Text(9, SchemasOf(*document.Find("definitions")));
  return std::move(out).Take();
}

}  // namespace kaito::apiserver
