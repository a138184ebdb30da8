#ifndef KAITO_API_SCHEMA_CODEC_H_
#define KAITO_API_SCHEMA_CODEC_H_

// Objects from JSON and back, by their description.
//
//   const Decoded<Workspace> decoded = Decode<Workspace>(value);
//   if (!decoded.errors.empty()) ...        // wrong types: nothing to work
//   with for (const FieldError& e : decoded.unknown.errors())
//   Warn(e.ToString()); Use(decoded.object); json::Value again =
//   Encode(decoded.object);

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/api/schema/decode_context.h"
#include "kaito/api/schema/describe.h"
#include "kaito/api/schema/field_error.h"
#include "kaito/base/json/value.h"

namespace kaito::api {

template <typename T>
struct Decoded {
  T object;             // What could be read; the rest has its initial value.
  FieldErrors errors;   // Values of the wrong type or out of range.
  FieldErrors unknown;  // Fields that the type lacks: refused, warned of or
                        // dropped, as the caller's rules want.
};

template <typename T>
Decoded<T> Decode(const json::Value& value) {
  Decoded<T> decoded;
  DecodeContext context;
  TypeFor<T>().Decode(value, &decoded.object, context);
  decoded.errors = context.errors();
  decoded.unknown = context.unknown();
  return decoded;
}

// For objects that the API server has checked already: unknown fields are
// ignored, and a value of the wrong type is InvalidArgument.
template <typename T>
absl::StatusOr<T> DecodeOrError(const json::Value& value,
                                absl::string_view where) {
  Decoded<T> decoded = Decode<T>(value);
  if (!decoded.errors.empty()) return decoded.errors.ToStatus(where);
  return std::move(decoded.object);
}

template <typename T>
json::Value Encode(const T& object) {
  return TypeFor<T>().Encode(&object);
}

}  // namespace kaito::api

#endif  // KAITO_API_SCHEMA_CODEC_H_
