#include "kaito/standalone/apiserver/schema/validate.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/api/meta/time.h"
#include "kaito/api/schema/field_error.h"
#include "kaito/base/encoding/base64.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"
#include "kaito/standalone/apiserver/schema/schema.h"

namespace kaito::apiserver {
namespace {

using api::FieldError;
using Kind = Schema::Kind;

// More help nobody, and make an answer larger than the object.
constexpr size_t kMaxErrors = 100;

absl::string_view NameOf(Kind kind) {
  switch (kind) {
    case Kind::kObject:
    case Kind::kMap:
      return "object";
    case Kind::kArray:
      return "array";
    case Kind::kString:
      return "string";
    case Kind::kInteger:
      return "integer";
    case Kind::kNumber:
      return "number";
    case Kind::kBoolean:
      return "boolean";
    case Kind::kIntOrString:
      return "integer or string";
    case Kind::kAny:
      break;
  }
  return "value";
}

bool HasKind(Kind kind, const json::Value& value) {
  switch (kind) {
    case Kind::kObject:
    case Kind::kMap:
      return value.is_object();
    case Kind::kArray:
      return value.is_array();
    case Kind::kString:
      return value.is_string();
    case Kind::kInteger:
      return value.is_int();
    case Kind::kNumber:
      return value.is_number();
    case Kind::kBoolean:
      return value.is_bool();
    case Kind::kIntOrString:
      return value.is_int() || value.is_string();
    case Kind::kAny:
      break;
  }
  return true;
}

// Code points, as JSON Schema counts them; the text is UTF-8.
int64_t Characters(absl::string_view text) {
  return std::count_if(text.begin(), text.end(),
                       [](char c) { return (c & 0xc0) != 0x80; });
}

class Validator {
 public:
  void Check(const Schema& schema, const json::Value& value,
             const std::string& path) {
    if (errors_.size() >= kMaxErrors) return;
    if (value.is_null()) {
      if (!schema.nullable && schema.kind != Kind::kAny) {
        WrongType(schema.kind, value, path);
      }
      return;
    }
    if (!HasKind(schema.kind, value)) {
      return WrongType(schema.kind, value, path);
    }
    CheckEnum(schema, value, path);
    if (value.is_string()) CheckString(schema, *value.string(), path);
    if (value.is_number()) CheckNumber(schema, *value.number(), path);
    if (value.is_array()) CheckArray(schema, *value.array(), path);
    if (value.is_object()) CheckObject(schema, *value.object(), path);
  }

  api::FieldErrors Finish() { return std::move(errors_); }

 private:
  void Add(FieldError::Kind kind, const std::string& path,
           std::string message) {
    errors_.Add({kind, path, std::move(message)});
  }

  void WrongType(Kind kind, const json::Value& value, const std::string& path) {
    Add(FieldError::Kind::kTypeInvalid, path,
        absl::StrCat("must be of type ", NameOf(kind), ", not ",
                     value.type_name()));
  }

  void CheckEnum(const Schema& schema, const json::Value& value,
                 const std::string& path) {
    if (schema.enum_values.empty()) return;
    std::string wanted;
    for (const json::Value& allowed : schema.enum_values) {
      if (allowed == value) return;
      absl::StrAppend(&wanted, wanted.empty() ? "" : ", ",
                      json::Write(allowed));
    }
    Add(FieldError::Kind::kNotSupported, path,
        absl::StrCat(
            "unsupported value ",
            api::QuoteForMessage(value.is_string() ? *value.string()
                                                   : json::Write(value)),
            ": use one of ", wanted));
  }

  void CheckString(const Schema& schema, const std::string& text,
                   const std::string& path) {
    if (schema.format == "date-time" && !api::ParseTimestamp(text).ok()) {
      Add(FieldError::Kind::kInvalid, path,
          absl::StrCat(api::QuoteForMessage(text),
                       " is no RFC 3339 time, such as 2026-01-31T10:00:00Z"));
    }
    if (schema.format == "byte" && !Base64Decode(text).ok()) {
      Add(FieldError::Kind::kInvalid, path, "is not base64");
    }
    if (schema.max_length && Characters(text) > *schema.max_length) {
      Add(FieldError::Kind::kTooLong, path,
          absl::StrCat("may not be longer than ", *schema.max_length));
    }
    if (schema.min_length && Characters(text) < *schema.min_length) {
      Add(FieldError::Kind::kInvalid, path,
          absl::StrCat("must have at least ", *schema.min_length,
                       " characters"));
    }
    if (schema.regex != nullptr && !schema.regex->PartialMatch(text)) {
      Add(FieldError::Kind::kInvalid, path,
          absl::StrCat(api::QuoteForMessage(text), " does not match '",
                       schema.pattern, "'"));
    }
  }

  void CheckNumber(const Schema& schema, double number,
                   const std::string& path) {
    if (schema.kind == Kind::kInteger && schema.format == "int32" &&
        (number < std::numeric_limits<int32_t>::min() ||
         number > std::numeric_limits<int32_t>::max())) {
      Add(FieldError::Kind::kInvalid, path, "does not fit into 32 bits");
    }
    if (schema.minimum && number < *schema.minimum) {
      Add(FieldError::Kind::kInvalid, path,
          absl::StrCat("must be at least ", *schema.minimum));
    }
    if (schema.maximum && number > *schema.maximum) {
      Add(FieldError::Kind::kInvalid, path,
          absl::StrCat("must be at most ", *schema.maximum));
    }
  }

  void CheckArray(const Schema& schema, const json::Array& items,
                  const std::string& path) {
    const auto count = static_cast<int64_t>(items.size());
    if (schema.max_items && count > *schema.max_items) {
      Add(FieldError::Kind::kTooMany, path,
          absl::StrCat("may have at most ", *schema.max_items, " items, not ",
                       count));
    }
    if (schema.min_items && count < *schema.min_items) {
      Add(FieldError::Kind::kInvalid, path,
          absl::StrCat("must have at least ", *schema.min_items, " items"));
    }
    if (schema.element == nullptr) return;
    std::set<std::string> seen;
    for (size_t i = 0; i < items.size(); ++i) {
      const std::string item_path = JoinIndex(path, i);
      Check(*schema.element, items[i], item_path);
      const std::string identity = Identity(schema, items[i]);
      if (!identity.empty() && !seen.insert(identity).second) {
        errors_.Duplicate(item_path, identity);
      }
    }
  }

  // What must be unique among the items, or "".
  static std::string Identity(const Schema& schema, const json::Value& item) {
    if (schema.list_type == Schema::ListType::kSet) return json::Write(item);
    std::string identity;
    if (schema.list_type == Schema::ListType::kMap) {
      for (const std::string& key : schema.list_keys) {
        const json::Value* value = item.Find(key);
        absl::StrAppend(&identity, identity.empty() ? "" : ", ", key, "=",
                        value != nullptr ? json::Write(*value) : "");
      }
    }
    return identity;
  }

  void CheckObject(const Schema& schema, const json::Object& members,
                   const std::string& path) {
    if (schema.max_properties &&
        static_cast<int64_t>(members.size()) > *schema.max_properties) {
      Add(FieldError::Kind::kTooMany, path,
          absl::StrCat("may have at most ", *schema.max_properties,
                       " members"));
    }
    if (schema.kind == Kind::kMap) {
      for (const json::Member& member : members) {
        Check(*schema.element, member.value, JoinField(path, member.name));
      }
      return;
    }
    for (const SchemaProperty& property : schema.properties) {
      const json::Value* value = members.Find(property.name);
      if (value != nullptr && !value->is_null()) {
        Check(*property.schema, *value, JoinField(path, property.name));
      } else if (property.required &&
                 !(value != nullptr && property.schema->nullable)) {
        errors_.Required(
            JoinField(path, property.name),
            property.doc.empty() ? "it has no default" : property.doc);
      }
    }
  }

  api::FieldErrors errors_;
};

}  // namespace

api::FieldErrors Validate(const Schema& schema, const json::Value& value,
                          absl::string_view path) {
  Validator validator;
  validator.Check(schema, value, std::string(path));
  return validator.Finish();
}

void Prune(const Schema& schema, json::Value& value,
           std::vector<std::string>& unknown, absl::string_view path) {
  if (json::Array* items = value.array();
      items != nullptr && schema.element != nullptr) {
    for (size_t i = 0; i < items->size(); ++i) {
      Prune(*schema.element, (*items)[i], unknown, JoinIndex(path, i));
    }
    return;
  }
  json::Object* members = value.object();
  if (members == nullptr || schema.kind == Kind::kAny) return;
  std::vector<std::string> gone;
  for (json::Member& member : *members) {
    if (schema.kind == Kind::kMap) {
      Prune(*schema.element, member.value, unknown,
            JoinField(path, member.name));
      continue;
    }
    const SchemaProperty* property = schema.Find(member.name);
    if (property == nullptr) {
      if (schema.preserve_unknown ||
          (schema.embedded &&
           (member.name == "apiVersion" || member.name == "kind" ||
            member.name == "metadata"))) {
        continue;
      }
      unknown.push_back(JoinField(path, member.name));
      gone.push_back(member.name);
    } else if (member.value.is_null() && property->schema->kind != Kind::kAny &&
               (!property->schema->nullable || !property->required)) {
      gone.push_back(member.name);
    } else {
      Prune(*property->schema, member.value, unknown,
            JoinField(path, member.name));
    }
  }
  for (const std::string& name : gone) members->Erase(name);
}

void ApplyDefaults(const Schema& schema, json::Value& value) {
  if (json::Array* items = value.array();
      items != nullptr && schema.element != nullptr) {
    for (json::Value& item : *items) ApplyDefaults(*schema.element, item);
    return;
  }
  json::Object* members = value.object();
  if (members == nullptr) return;
  if (schema.kind == Kind::kMap) {
    for (json::Member& member : *members) {
      ApplyDefaults(*schema.element, member.value);
    }
    return;
  }
  for (const SchemaProperty& property : schema.properties) {
    json::Value* member = members->Find(property.name);
    if (member == nullptr && !property.default_value.is_null()) {
      member = &(*members)[property.name];
      *member = property.default_value;
    }
    if (member != nullptr) ApplyDefaults(*property.schema, *member);
  }
}

}  // namespace kaito::apiserver
