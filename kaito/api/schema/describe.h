#ifndef KAITO_API_SCHEMA_DESCRIBE_H_
#define KAITO_API_SCHEMA_DESCRIBE_H_

// Describes a struct as an API type. Beside the struct stands one declaration,
// and in its .cc one table:
//
//   struct PresetSpec {                                   // preset.h
//     std::string name;
//     std::optional<PresetOptions> preset_options;
//   };
//   const StructType& Describe(const PresetSpec*);        // found by its
//   argument
//
//   const StructType& Describe(const PresetSpec*) {       // preset.cc
//     static const auto* type = new StructType(
//         "A model of the catalogue.",
//         {Of("name", &PresetSpec::name, "Its name.").Required(),
//          Of("presetOptions", &PresetSpec::preset_options, "Its image.")});
//     return *type;
//   }
//
// Members may be std::string, bool, int32_t, int64_t, double, json::Value (any
// value), json::Object, described structs, types with a TypeOf of their own
// (Quantity, Timestamp), and std::optional, std::vector and std::map from strings
// of these. Empty ones are left out of the JSON, as Go's omitempty does, unless
// the member's initial value is another.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "kaito/api/schema/decode_context.h"
#include "kaito/api/schema/scalar_types.h"
#include "kaito/api/schema/type.h"
#include "kaito/base/json/value.h"

namespace kaito::api {

template <typename T>
const Type& TypeFor();

template <typename T>
class OptionalType final : public Type {
 public:
  Kind kind() const override { return inner().kind(); }
  absl::string_view format() const override { return inner().format(); }
  absl::string_view pattern() const override { return inner().pattern(); }
  const Type* element() const override { return inner().element(); }
  const StructType* as_struct() const override { return inner().as_struct(); }
  void Decode(const json::Value& value, void* out,
              DecodeContext& context) const override {
    if (value.is_null()) return;
    auto& optional = *static_cast<std::optional<T>*>(out);
    inner().Decode(value, &optional.emplace(), context);
  }
  json::Value Encode(const void* in) const override {
    const auto& optional = *static_cast<const std::optional<T>*>(in);
    return optional.has_value() ? inner().Encode(&*optional) : json::Value();
  }
  bool IsEmpty(const void* in) const override {
    return !static_cast<const std::optional<T>*>(in)->has_value();
  }

 private:
  static const Type& inner() { return TypeFor<T>(); }
};

template <typename T>
class ArrayType final : public Type {
 public:
  Kind kind() const override { return Kind::kArray; }
  const Type* element() const override { return &TypeFor<T>(); }
  void Decode(const json::Value& value, void* out,
              DecodeContext& context) const override {
    if (value.is_null()) return;
    const json::Array* items = value.array();
    if (items == nullptr) return context.WrongType("array", value);
    auto& vector = *static_cast<std::vector<T>*>(out);
    vector.clear();
    vector.reserve(items->size());
    for (size_t i = 0; i < items->size(); ++i) {
      const DecodeContext::Step step(context, i);
      TypeFor<T>().Decode((*items)[i], &vector.emplace_back(), context);
    }
  }
  json::Value Encode(const void* in) const override {
    json::Array items;
    for (const T& item : *static_cast<const std::vector<T>*>(in)) {
      items.push_back(TypeFor<T>().Encode(&item));
    }
    return items;
  }
  bool IsEmpty(const void* in) const override {
    return static_cast<const std::vector<T>*>(in)->empty();
  }
};

template <typename T>
class MapType final : public Type {
 public:
  Kind kind() const override { return Kind::kMap; }
  const Type* element() const override { return &TypeFor<T>(); }
  void Decode(const json::Value& value, void* out,
              DecodeContext& context) const override {
    if (value.is_null()) return;
    const json::Object* members = value.object();
    if (members == nullptr) return context.WrongType("object", value);
    auto& map = *static_cast<std::map<std::string, T>*>(out);
    map.clear();
    for (const json::Member& member : *members) {
      const DecodeContext::Step step(context, member.name);
      TypeFor<T>().Decode(member.value, &map[member.name], context);
    }
  }
  json::Value Encode(const void* in) const override {
    json::Object members;
    for (const auto& [name, item] :
         *static_cast<const std::map<std::string, T>*>(in)) {
      members[name] = TypeFor<T>().Encode(&item);
    }
    return members;
  }
  bool IsEmpty(const void* in) const override {
    return static_cast<const std::map<std::string, T>*>(in)->empty();
  }
};

namespace internal {

template <typename T>
struct IsOptional : std::false_type {};
template <typename T>
struct IsOptional<std::optional<T>> : std::true_type {};
template <typename T>
struct IsVector : std::false_type {};
template <typename T>
struct IsVector<std::vector<T>> : std::true_type {};
template <typename T>
struct IsStringMap : std::false_type {};
template <typename T>
struct IsStringMap<std::map<std::string, T>> : std::true_type {};

// A described struct: Describe() is found by its argument.
template <typename T>
concept Described = requires(const T* t) {
  { Describe(t) } -> std::same_as<const StructType&>;
};

}  // namespace internal

// The Type of a C++ type.
template <typename T>
const Type& TypeFor() {
  if constexpr (internal::IsOptional<T>::value) {
    static const auto* type = new OptionalType<typename T::value_type>;
    return *type;
  } else if constexpr (internal::IsVector<T>::value &&
                       !std::is_same_v<T, json::Array>) {
    static const auto* type = new ArrayType<typename T::value_type>;
    return *type;
  } else if constexpr (internal::IsStringMap<T>::value) {
    static const auto* type = new MapType<typename T::mapped_type>;
    return *type;
  } else if constexpr (internal::Described<T>) {
    return Describe(static_cast<const T*>(nullptr));
  } else {
    return TypeOf(static_cast<const T*>(nullptr));
  }
}

// One row of a description: a Field, and what may be said about it.
class FieldOf {
 public:
  explicit FieldOf(Field field) : field_(std::move(field)) {}

  FieldOf& Required() {
    field_.required = true;
    return *this;
  }
  // Written even when empty.
  FieldOf& Always() {
    field_.always = true;
    return *this;
  }
  // Also the member's initial value: a test compares the two.
  FieldOf& Default(json::Value value) {
    field_.default_value = std::move(value);
    return *this;
  }
  FieldOf& Enum(std::vector<std::string> values) {
    field_.enum_values = std::move(values);
    return *this;
  }
  FieldOf& Minimum(double value) {
    field_.minimum = value;
    return *this;
  }
  FieldOf& Maximum(double value) {
    field_.maximum = value;
    return *this;
  }
  FieldOf& MinLength(int64_t value) {
    field_.min_length = value;
    return *this;
  }
  FieldOf& MaxLength(int64_t value) {
    field_.max_length = value;
    return *this;
  }
  FieldOf& MaxItems(int64_t value) {
    field_.max_items = value;
    return *this;
  }
  FieldOf& MaxProperties(int64_t value) {
    field_.max_properties = value;
    return *this;
  }
  // Of each string in a list or map.
  FieldOf& ItemMaxLength(int64_t value) {
    field_.item_max_length = value;
    return *this;
  }
  FieldOf& Pattern(absl::string_view re2) {
    field_.pattern = std::string(re2);
    return *this;
  }
  FieldOf& ListType(absl::string_view type) {
    field_.list_type = std::string(type);
    return *this;
  }
  // A list whose items are known by these fields of theirs.
  FieldOf& ListMap(std::vector<std::string> keys) {
    field_.list_type = "map";
    field_.list_map_keys = std::move(keys);
    return *this;
  }
  FieldOf& Rule(absl::string_view rule, absl::string_view message) {
    field_.rules.push_back({std::string(rule), std::string(message)});
    return *this;
  }

  operator Field() const {
    return field_;
  }  // NOLINT: a table of fields reads well.

 private:
  Field field_;
};

template <typename Struct, typename Member>
FieldOf Of(absl::string_view name, Member Struct::*member,
           absl::string_view doc) {
  Field field;
  field.name = std::string(name);
  field.doc = std::string(doc);
  field.type = &TypeFor<Member>();
  field.get = [member](void* object) -> void* {
    return &(static_cast<Struct*>(object)->*member);
  };
  // An empty value that is not the initial one must be told.
  Struct initial{};
  field.always = !field.type->IsEmpty(&(initial.*member));
  return FieldOf(std::move(field));
}

// For StructType::KeepOthers.
template <typename Struct>
std::function<json::Object*(void*)> Others(json::Object Struct::*member) {
  return [member](void* object) {
    return &(static_cast<Struct*>(object)->*member);
  };
}

}  // namespace kaito::api

#endif  // KAITO_API_SCHEMA_DESCRIBE_H_
