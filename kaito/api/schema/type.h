#ifndef KAITO_API_SCHEMA_TYPE_H_
#define KAITO_API_SCHEMA_TYPE_H_

// The description of an API type as data: from it come the JSON codec, the
// OpenAPI schema of the CRD and the texts of `kubectl explain`, so that the
// three cannot disagree. Types are described with schema/describe.h; this
// header is what engines over descriptions use (codec.h, openapi.h).
//
// Types live for the whole process and are immutable after their construction.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "kaito/base/json/value.h"

namespace kaito::api {

class DecodeContext;
class StructType;

// One C++ type and its JSON form.
class Type {
 public:
  enum class Kind {
    kString,
    kInteger,
    kNumber,
    kBoolean,
    kIntOrString,  // Quantities and ports: a JSON integer or string.
    kAny,          // Kept as it is; the schema preserves unknown fields.
    kArray,
    kMap,  // From strings to element().
    kStruct,
  };

  virtual ~Type() = default;

  virtual Kind kind() const = 0;
  // "int32", "int64", "date-time" or "".
  virtual absl::string_view format() const { return ""; }
  // A regular expression (RE2) that its text matches wherever it stands, or "".
  virtual absl::string_view pattern() const { return ""; }
  // Of arrays and maps, else nullptr.
  virtual const Type* element() const { return nullptr; }
  virtual const StructType* as_struct() const { return nullptr; }

  // Reads `value` into the object at `out`, which has its initial value.
  // Problems go to the context; what can be read is read.
  virtual void Decode(const json::Value& value, void* out,
                      DecodeContext& context) const = 0;
  virtual json::Value Encode(const void* in) const = 0;
  // Whether the value is left out of the JSON, as Go's omitempty does it.
  virtual bool IsEmpty(const void* in) const = 0;
};

// A rule in the Common Expression Language, checked by API servers from 1.25
// on.
struct CelRule {
  std::string rule;
  std::string message;

  bool operator==(const CelRule& other) const = default;
};

// A field of a struct: where it is, what it means, what it may hold.
struct Field {
  std::string name;
  std::string doc;
  const Type* type = nullptr;
  std::function<void*(void*)> get;  // Address of the member in its struct.

  bool required = false;
  bool always = false;  // Written even when empty.
  json::Value default_value;
  std::vector<std::string> enum_values;
  std::optional<double> minimum;
  std::optional<double> maximum;
  std::optional<int64_t> min_length;
  std::optional<int64_t> max_length;
  std::optional<int64_t> max_items;
  std::optional<int64_t> max_properties;   // Of a map.
  std::optional<int64_t> item_max_length;  // Of each string in a list or map.
  std::string pattern;
  std::string list_type;  // "atomic", "set" or "map".
  std::vector<std::string> list_map_keys;
  std::vector<CelRule> rules;
};

class StructType final : public Type {
 public:
  StructType(std::string doc, std::vector<Field> fields);

  // Members that the description lacks are kept in the json::Object that `get`
  // finds, and written back. Without it they are dropped and reported as
  // unknown.
  StructType& KeepOthers(std::function<json::Object*(void*)> get);
  StructType& Rule(absl::string_view rule, absl::string_view message);

  const std::string& doc() const { return doc_; }
  const std::vector<Field>& fields() const { return fields_; }
  const std::vector<CelRule>& rules() const { return rules_; }
  bool keeps_others() const { return others_ != nullptr; }
  const Field* FindField(absl::string_view name) const;

  Kind kind() const override { return Kind::kStruct; }
  const StructType* as_struct() const override { return this; }
  void Decode(const json::Value& value, void* out,
              DecodeContext& context) const override;
  json::Value Encode(const void* in) const override;
  // Never: an absent struct is an empty std::optional of one.
  bool IsEmpty(const void* in) const override { return false; }

 private:
  std::string doc_;
  std::vector<Field> fields_;
  std::vector<CelRule> rules_;
  std::function<json::Object*(void*)> others_;
};

}  // namespace kaito::api

#endif  // KAITO_API_SCHEMA_TYPE_H_
