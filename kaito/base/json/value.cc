#include "kaito/base/json/value.h"

#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/string_view.h"

namespace kaito::json {
namespace {

template <typename Members>
auto LowerBound(Members& members, absl::string_view name) {
  return std::lower_bound(members.begin(), members.end(), name,
                          [](const Member& member, absl::string_view wanted) {
                            return absl::string_view(member.name) < wanted;
                          });
}

}  // namespace

Object::Object() = default;
Object::Object(const Object& other) = default;
Object::Object(Object&& other) noexcept = default;
Object& Object::operator=(const Object& other) = default;
Object& Object::operator=(Object&& other) noexcept = default;
Object::~Object() = default;

void Object::reserve(size_t n) { members_.reserve(n); }

Object::Object(std::initializer_list<Member> members) {
  members_.reserve(members.size());
  for (const Member& member : members) (*this)[member.name] = member.value;
}

const Value* Object::Find(absl::string_view name) const {
  const auto it = LowerBound(members_, name);
  return it != members_.end() && it->name == name ? &it->value : nullptr;
}

Value* Object::Find(absl::string_view name) {
  const auto it = LowerBound(members_, name);
  return it != members_.end() && it->name == name ? &it->value : nullptr;
}

Value& Object::operator[](absl::string_view name) {
  auto it = LowerBound(members_, name);
  if (it == members_.end() || it->name != name) {
    it = members_.insert(it, Member{std::string(name), Value()});
  }
  return it->value;
}

bool Object::Erase(absl::string_view name) {
  const auto it = LowerBound(members_, name);
  if (it == members_.end() || it->name != name) return false;
  members_.erase(it);
  return true;
}

bool Object::operator==(const Object& other) const {
  return members_ == other.members_;
}

absl::string_view Value::type_name() const {
  constexpr absl::string_view kNames[] = {
      "null", "boolean", "integer", "number", "string", "array", "object"};
  return kNames[rep_.index()];
}

std::optional<bool> Value::boolean() const {
  const bool* b = std::get_if<bool>(&rep_);
  return b != nullptr ? std::optional(*b) : std::nullopt;
}

std::optional<int64_t> Value::integer() const {
  const int64_t* n = std::get_if<int64_t>(&rep_);
  return n != nullptr ? std::optional(*n) : std::nullopt;
}

std::optional<double> Value::number() const {
  if (const auto n = integer()) return static_cast<double>(*n);
  const double* d = std::get_if<double>(&rep_);
  return d != nullptr ? std::optional(*d) : std::nullopt;
}

const Value* Value::Find(absl::string_view name) const {
  const Object* members = object();
  return members != nullptr ? members->Find(name) : nullptr;
}

Value* Value::Find(absl::string_view name) {
  Object* members = object();
  return members != nullptr ? members->Find(name) : nullptr;
}

const Value* Value::FindPath(
    std::initializer_list<absl::string_view> names) const {
  const Value* value = this;
  for (absl::string_view name : names) {
    value = value->Find(name);
    if (value == nullptr) return nullptr;
  }
  return value;
}

absl::string_view Value::StringAt(
    std::initializer_list<absl::string_view> names) const {
  const Value* value = FindPath(names);
  const std::string* text = value != nullptr ? value->string() : nullptr;
  return text != nullptr ? absl::string_view(*text) : absl::string_view();
}

Value& Value::operator[](absl::string_view name) {
  if (!is_object()) rep_ = Object();
  return (*object())[name];
}

Value& Value::Append(Value item) {
  if (!is_array()) rep_ = Array();
  return array()->emplace_back(std::move(item));
}

bool Value::operator==(const Value& other) const {
  if (is_number() && other.is_number() && is_int() != other.is_int()) {
    return number() == other.number();
  }
  return rep_ == other.rep_;
}

}  // namespace kaito::json
