#ifndef KAITO_STANDALONE_APISERVER_SCHEMA_SCHEMA_H_
#define KAITO_STANDALONE_APISERVER_SCHEMA_SCHEMA_H_

// The shape of a kind as the server works with it, wherever it was written:
// built-in kinds in the notation of notation.h, custom ones as OpenAPI
// (openapi_reader.h). Checks, defaults, merges, field ownership and OpenAPI
// documents all go by it.
//
// Schemas live in a SchemaSet and point at each other, also in circles; they
// don't change after they were read.

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "kaito/base/json/value.h"
#include "kaito/base/regex/regex.h"

namespace kaito::apiserver {

struct Schema;

struct SchemaProperty {
  std::string name;
  std::string doc;  // Where it stands; else the type's own.
  const Schema* schema = nullptr;
  bool required = false;
  json::Value default_value;  // Null: none.
  // How strategic merges take a list: by this key (or "" for a set), where
  // merge is true; else the list is replaced.
  bool merge = false;
  std::string merge_key;
};

struct Schema {
  enum class Kind : uint8_t {
    kAny,
    kObject,  // With properties.
    kMap,     // From strings to `element`.
    kArray,
    kString,
    kInteger,
    kNumber,
    kBoolean,
    kIntOrString,
  };
  enum class ListType : uint8_t { kAtomic, kSet, kMap };

  const SchemaProperty* Find(absl::string_view name) const;

  Kind kind = Kind::kAny;
  std::string type_name;  // "io.k8s.api.core.v1.PodSpec", where it has one.
  std::string doc;
  std::string format;  // "int32", "int64", "date-time", "byte".

  std::vector<SchemaProperty> properties;  // Sorted by name.
  bool preserve_unknown = false;           // Unknown members are kept.
  bool atomic = false;  // An object that has one owner as a whole.
  bool nullable = false;
  bool embedded = false;  // A whole object: apiVersion, kind, metadata.

  const Schema* element = nullptr;  // Of arrays and maps.
  ListType list_type = ListType::kAtomic;
  std::vector<std::string> list_keys;  // Of kMap.

  json::Array enum_values;
  std::optional<double> minimum;
  std::optional<double> maximum;
  std::optional<int64_t> min_length;
  std::optional<int64_t> max_length;
  std::optional<int64_t> min_items;
  std::optional<int64_t> max_items;
  std::optional<int64_t> max_properties;
  std::string pattern;
  std::shared_ptr<const Regex> regex;  // Of `pattern`; shared by copies.
};

// Owns schemas. Not copied: they hold addresses of each other.
class SchemaSet {
 public:
  SchemaSet() = default;
  SchemaSet(const SchemaSet&) = delete;
  SchemaSet& operator=(const SchemaSet&) = delete;

  Schema* New() { return &schemas_.emplace_back(); }

 private:
  std::deque<Schema> schemas_;
};

// A schema together with the set that it lives in, which others share.
using SchemaPtr = std::shared_ptr<const Schema>;

// `path` and the name of a member, as error messages write it.
std::string JoinField(absl::string_view path, absl::string_view name);
std::string JoinIndex(absl::string_view path, size_t index);

}  // namespace kaito::apiserver

#endif  // KAITO_STANDALONE_APISERVER_SCHEMA_SCHEMA_H_
