#include "kaito/runtime/tokenizer/component_spec.h"

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"

namespace kaito::runtime::tokenization {
namespace {

constexpr size_t kMaxListItems = 64;

const json::Value& Null() {
  static const auto* const null = new json::Value();
  return *null;
}

}  // namespace

ComponentSpec::ComponentSpec(const json::Value& value, std::string path)
    : value_(&value), path_(std::move(path)) {}

absl::Status ComponentSpec::Error(absl::string_view what) const {
  return absl::InvalidArgumentError(absl::StrCat(path_, ": ", what));
}

absl::Status ComponentSpec::UnknownType(
    std::initializer_list<absl::string_view> supported) const {
  return Error(absl::StrCat(
      "type ", json::Quote(type().substr(0, 100)),
      " is not supported; these are: ", absl::StrJoin(supported, ", ")));
}

ComponentSpec ComponentSpec::Field(absl::string_view name) const {
  const json::Value* field = value_->Find(name);
  return ComponentSpec(field == nullptr ? Null() : *field,
                       absl::StrCat(path_, ".", name));
}

absl::StatusOr<std::string> ComponentSpec::String(
    absl::string_view name) const {
  const ComponentSpec field = Field(name);
  if (field.value().string() == nullptr) {
    return field.Error(
        absl::StrCat(field.value().type_name(), ", want string"));
  }
  return *field.value().string();
}

absl::StatusOr<bool> ComponentSpec::Bool(absl::string_view name,
                                         bool absent) const {
  const ComponentSpec field = Field(name);
  if (field.is_null()) return absent;
  if (!field.value().is_bool()) {
    return field.Error(
        absl::StrCat(field.value().type_name(), ", want boolean"));
  }
  return *field.value().boolean();
}

absl::StatusOr<int64_t> ComponentSpec::Int(absl::string_view name,
                                           int64_t absent) const {
  const ComponentSpec field = Field(name);
  if (field.is_null()) return absent;
  if (!field.value().is_int()) {
    return field.Error(
        absl::StrCat(field.value().type_name(), ", want integer"));
  }
  return *field.value().integer();
}

absl::StatusOr<std::vector<ComponentSpec>> ComponentSpec::List(
    absl::string_view name) const {
  const ComponentSpec field = Field(name);
  const json::Array* items = field.value().array();
  if (items == nullptr) {
    return field.Error(absl::StrCat(field.value().type_name(), ", want array"));
  }
  if (items->size() > kMaxListItems) {
    return field.Error(
        absl::StrCat(items->size(), " items, more than ", kMaxListItems));
  }
  std::vector<ComponentSpec> out;
  for (size_t i = 0; i < items->size(); ++i) {
    out.emplace_back((*items)[i], absl::StrCat(field.path_, "[", i, "]"));
  }
  return out;
}

absl::StatusOr<std::string> ComponentSpec::LiteralPattern(
    absl::string_view name) const {
  const ComponentSpec pattern = Field(name);
  if (pattern.value().Find("String") == nullptr) {
    return pattern.Error(R"(only {"String": …} is supported here)");
  }
  return pattern.String("String");
}

}  // namespace kaito::runtime::tokenization
