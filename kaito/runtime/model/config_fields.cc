#include "kaito/runtime/model/config_fields.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"

namespace kaito::runtime {
namespace {

// Lists of factors have up to some hundred entries, lists of layers a thousand.
constexpr size_t kMaxItems = 4096;

std::string Range(absl::string_view what, auto min, auto max) {
  return absl::StrCat(what, " from ", min, " to ", max);
}

}  // namespace

const json::Value* ConfigFields::Find(absl::string_view name) const {
  const json::Value* value = object_.Find(name);
  return value == nullptr || value->is_null() ? nullptr : value;
}

absl::Status ConfigFields::Bad(absl::string_view name,
                               absl::string_view wanted) const {
  const json::Value* value = Find(name);
  // A list or object may be large.
  const std::string shown =
      value == nullptr ? "missing"
      : value->is_array() || value->is_object()
          ? std::string(value->type_name())
      : value->is_string()
          ? json::Quote(absl::string_view(*value->string()).substr(0, 64))
          : json::Write(*value);
  return absl::InvalidArgumentError(
      absl::StrCat(prefix_, name, " is ", shown, ", wanted is ", wanted));
}

absl::StatusOr<int64_t> ConfigFields::Integer(absl::string_view name,
                                              int64_t min, int64_t max) const {
  const json::Value* value = Find(name);
  const std::optional<int64_t> n =
      value == nullptr ? std::nullopt : value->integer();
  if (!n.has_value() || *n < min || *n > max) {
    return Bad(name, Range("an integer", min, max));
  }
  return *n;
}

absl::StatusOr<int64_t> ConfigFields::Integer(absl::string_view name,
                                              int64_t min, int64_t max,
                                              int64_t fallback) const {
  if (Find(name) == nullptr) return fallback;
  return Integer(name, min, max);
}

absl::StatusOr<std::optional<int64_t>> ConfigFields::OptionalInteger(
    absl::string_view name, int64_t min, int64_t max) const {
  if (Find(name) == nullptr) return std::nullopt;
  return Integer(name, min, max);
}

absl::StatusOr<double> ConfigFields::Number(absl::string_view name, double min,
                                            double max) const {
  const json::Value* value = Find(name);
  const std::optional<double> n =
      value == nullptr ? std::nullopt : value->number();
  if (!n.has_value() || !(*n >= min && *n <= max)) {
    return Bad(name, Range("a number", min, max));
  }
  return *n;
}

absl::StatusOr<double> ConfigFields::Number(absl::string_view name, double min,
                                            double max, double fallback) const {
  if (Find(name) == nullptr) return fallback;
  return Number(name, min, max);
}

absl::StatusOr<bool> ConfigFields::Bool(absl::string_view name,
                                        bool fallback) const {
  const json::Value* value = Find(name);
  if (value == nullptr) return fallback;
  const std::optional<bool> b = value->boolean();
  if (!b.has_value()) return Bad(name, "true or false");
  return *b;
}

absl::StatusOr<std::string> ConfigFields::String(absl::string_view name) const {
  const json::Value* value = Find(name);
  if (value == nullptr) return std::string();
  if (value->string() == nullptr) return Bad(name, "a string");
  return *value->string();
}

absl::StatusOr<std::vector<std::string>> ConfigFields::Strings(
    absl::string_view name) const {
  std::vector<std::string> strings;
  const json::Value* value = Find(name);
  if (value == nullptr) return strings;
  const json::Array* items = value->array();
  if (items == nullptr || items->size() > kMaxItems) {
    return Bad(name, absl::StrCat("a list of at most ", kMaxItems, " strings"));
  }
  for (const json::Value& item : *items) {
    if (item.string() == nullptr) return Bad(name, "a list of strings");
    strings.push_back(*item.string());
  }
  return strings;
}

absl::StatusOr<std::vector<double>> ConfigFields::Numbers(
    absl::string_view name, int64_t size, double min, double max) const {
  const std::string wanted =
      absl::StrCat("a list of ", size, " ", Range("numbers", min, max));
  const json::Value* value = Find(name);
  const json::Array* items = value == nullptr ? nullptr : value->array();
  if (items == nullptr) return Bad(name, wanted);
  if (static_cast<int64_t>(items->size()) != size) {
    return absl::InvalidArgumentError(absl::StrCat(
        prefix_, name, " has ", items->size(), " entries, wanted is ", wanted));
  }
  std::vector<double> numbers;
  for (const json::Value& item : *items) {
    const std::optional<double> n = item.number();
    if (!n.has_value() || !(*n >= min && *n <= max)) {
      return absl::InvalidArgumentError(absl::StrCat(
          prefix_, name, "[", numbers.size(), "] is ",
          json::Write(item).substr(0, 40), ", wanted is ", wanted));
    }
    numbers.push_back(*n);
  }
  return numbers;
}

}  // namespace kaito::runtime
