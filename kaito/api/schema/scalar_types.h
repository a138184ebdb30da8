#ifndef KAITO_API_SCHEMA_SCALAR_TYPES_H_
#define KAITO_API_SCHEMA_SCALAR_TYPES_H_

// The Types of plain C++ values. TypeOf is found by its argument, so that other
// values (Quantity, Time) bring theirs beside them. Used through
// schema/describe.h.

#include <cstdint>
#include <string>

#include "kaito/api/schema/type.h"
#include "kaito/base/json/value.h"

namespace kaito::api {

const Type& TypeOf(const std::string*);
const Type& TypeOf(const bool*);
const Type& TypeOf(const int32_t*);
const Type& TypeOf(const int64_t*);
const Type& TypeOf(const double*);
// Anything; null is empty.
const Type& TypeOf(const json::Value*);
// Any object.
const Type& TypeOf(const json::Object*);

}  // namespace kaito::api

#endif  // KAITO_API_SCHEMA_SCALAR_TYPES_H_
