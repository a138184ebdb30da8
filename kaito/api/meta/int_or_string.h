#ifndef KAITO_API_META_INT_OR_STRING_H_
#define KAITO_API_META_INT_OR_STRING_H_

// A number or a text, as ports (5000 or "http") and rollout limits (1 or "25%")
// are written.
//
//   probe.port = IntOrString(5000);
//   if (const int32_t* number = probe.port.number()) ...

#include <cstdint>
#include <string>
#include <utility>
#include <variant>

#include "kaito/api/schema/type.h"

namespace kaito::api {

class IntOrString {
 public:
  IntOrString() = default;  // 0.
  explicit IntOrString(int32_t number) : value_(number) {}
  explicit IntOrString(std::string text) : value_(std::move(text)) {}

  // nullptr where it is of the other kind.
  const int32_t* number() const { return std::get_if<int32_t>(&value_); }
  const std::string* text() const { return std::get_if<std::string>(&value_); }

  // As in JSON, without quotes.
  std::string ToString() const;

  bool operator==(const IntOrString& other) const = default;

 private:
  std::variant<int32_t, std::string> value_ = 0;
};

const Type& TypeOf(const IntOrString*);

}  // namespace kaito::api

#endif  // KAITO_API_META_INT_OR_STRING_H_
