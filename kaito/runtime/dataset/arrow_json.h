#ifndef KAITO_RUNTIME_DATASET_ARROW_JSON_H_
#define KAITO_RUNTIME_DATASET_ARROW_JSON_H_

// One value of an Arrow array as JSON. Part of the plug-in, the only place that
// may name Arrow.

#include <cstdint>
#include <string>
#include <string_view>

#include "arrow/array/array_base.h"
#include "arrow/status.h"

namespace kaito::runtime {

// In quotes, with what JSON wants escaped; the text must be UTF-8.
void AppendQuoted(std::string_view text, std::string* out);

// Strings, binaries (as text), numbers, booleans, lists, structs, dictionaries;
// NotImplemented for other types. A null field of a struct is left out, unless
// it is named content or value. `array` must be valid.
arrow::Status AppendValue(const arrow::Array& array, int64_t at,
                          std::string* out);

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_DATASET_ARROW_JSON_H_
