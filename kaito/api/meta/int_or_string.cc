#include "kaito/api/meta/int_or_string.h"

#include <cstdint>
#include <limits>
#include <string>

#include "absl/strings/str_cat.h"
#include "kaito/api/schema/decode_context.h"
#include "kaito/api/schema/type.h"
#include "kaito/base/json/value.h"

namespace kaito::api {
namespace {

class IntOrStringType final : public Type {
 public:
  Kind kind() const override { return Kind::kIntOrString; }
  void Decode(const json::Value& value, void* out,
              DecodeContext& context) const override {
    if (value.is_null()) return;
    auto& target = *static_cast<IntOrString*>(out);
    if (const std::string* text = value.string()) {
      target = IntOrString(*text);
      return;
    }
    const auto number = value.integer();
    if (!number.has_value()) {
      return context.WrongType("integer or string", value);
    }
    if (*number < std::numeric_limits<int32_t>::min() ||
        *number > std::numeric_limits<int32_t>::max()) {
      return context.Invalid(
          absl::StrCat(*number, " is out of range for int32"));
    }
    target = IntOrString(static_cast<int32_t>(*number));
  }
  json::Value Encode(const void* in) const override {
    const auto& source = *static_cast<const IntOrString*>(in);
    if (source.text() != nullptr) return *source.text();
    return int64_t{*source.number()};
  }
  // An absent one is an empty std::optional: 0 means something.
  bool IsEmpty(const void* in) const override { return false; }
};

}  // namespace

std::string IntOrString::ToString() const {
  return text() != nullptr ? *text() : absl::StrCat(*number());
}

const Type& TypeOf(const IntOrString*) {
  static const auto* type = new IntOrStringType;
  return *type;
}

}  // namespace kaito::api
