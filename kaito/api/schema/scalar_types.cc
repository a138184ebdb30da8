#include "kaito/api/schema/scalar_types.h"

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <type_traits>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/api/schema/decode_context.h"
#include "kaito/api/schema/type.h"
#include "kaito/base/json/value.h"

namespace kaito::api {
namespace {

class StringType final : public Type {
 public:
  Kind kind() const override { return Kind::kString; }
  void Decode(const json::Value& value, void* out,
              DecodeContext& context) const override {
    if (value.is_null()) return;
    const std::string* text = value.string();
    if (text == nullptr) return context.WrongType("string", value);
    *static_cast<std::string*>(out) = *text;
  }
  json::Value Encode(const void* in) const override {
    return *static_cast<const std::string*>(in);
  }
  bool IsEmpty(const void* in) const override {
    return static_cast<const std::string*>(in)->empty();
  }
};

class BoolType final : public Type {
 public:
  Kind kind() const override { return Kind::kBoolean; }
  void Decode(const json::Value& value, void* out,
              DecodeContext& context) const override {
    if (value.is_null()) return;
    const auto b = value.boolean();
    if (!b.has_value()) return context.WrongType("boolean", value);
    *static_cast<bool*>(out) = *b;
  }
  json::Value Encode(const void* in) const override {
    return *static_cast<const bool*>(in);
  }
  bool IsEmpty(const void* in) const override {
    return !*static_cast<const bool*>(in);
  }
};

template <typename Int>
class IntegerType final : public Type {
 public:
  Kind kind() const override { return Kind::kInteger; }
  absl::string_view format() const override {
    return sizeof(Int) == 4 ? "int32" : "int64";
  }
  void Decode(const json::Value& value, void* out,
              DecodeContext& context) const override {
    if (value.is_null()) return;
    const auto n = value.integer();
    if (!n.has_value()) return context.WrongType("integer", value);
    if (*n < std::numeric_limits<Int>::min() ||
        *n > std::numeric_limits<Int>::max()) {
      return context.Invalid(
          absl::StrCat(*n, " is out of range for ", format()));
    }
    *static_cast<Int*>(out) = static_cast<Int>(*n);
  }
  json::Value Encode(const void* in) const override {
    return int64_t{*static_cast<const Int*>(in)};
  }
  bool IsEmpty(const void* in) const override {
    return *static_cast<const Int*>(in) == 0;
  }
};

class NumberType final : public Type {
 public:
  Kind kind() const override { return Kind::kNumber; }
  void Decode(const json::Value& value, void* out,
              DecodeContext& context) const override {
    if (value.is_null()) return;
    const auto d = value.number();
    if (!d.has_value()) return context.WrongType("number", value);
    *static_cast<double*>(out) = *d;
  }
  json::Value Encode(const void* in) const override {
    return *static_cast<const double*>(in);
  }
  bool IsEmpty(const void* in) const override {
    return *static_cast<const double*>(in) == 0;
  }
};

class AnyType final : public Type {
 public:
  Kind kind() const override { return Kind::kAny; }
  void Decode(const json::Value& value, void* out,
              DecodeContext& context) const override {
    *static_cast<json::Value*>(out) = value;
  }
  json::Value Encode(const void* in) const override {
    return *static_cast<const json::Value*>(in);
  }
  bool IsEmpty(const void* in) const override {
    return static_cast<const json::Value*>(in)->is_null();
  }
};

class AnyObjectType final : public Type {
 public:
  Kind kind() const override { return Kind::kAny; }
  void Decode(const json::Value& value, void* out,
              DecodeContext& context) const override {
    if (value.is_null()) return;
    const json::Object* object = value.object();
    if (object == nullptr) return context.WrongType("object", value);
    *static_cast<json::Object*>(out) = *object;
  }
  json::Value Encode(const void* in) const override {
    return *static_cast<const json::Object*>(in);
  }
  bool IsEmpty(const void* in) const override {
    return static_cast<const json::Object*>(in)->empty();
  }
};

template <typename T>
const Type& Singleton() {
  static const auto* type = new T;
  return *type;
}

}  // namespace

const Type& TypeOf(const std::string*) { return Singleton<StringType>(); }
const Type& TypeOf(const bool*) { return Singleton<BoolType>(); }
const Type& TypeOf(const int32_t*) { return Singleton<IntegerType<int32_t>>(); }
const Type& TypeOf(const int64_t*) { return Singleton<IntegerType<int64_t>>(); }
const Type& TypeOf(const double*) { return Singleton<NumberType>(); }
const Type& TypeOf(const json::Value*) { return Singleton<AnyType>(); }
const Type& TypeOf(const json::Object*) { return Singleton<AnyObjectType>(); }

}  // namespace kaito::api
