#ifndef KAITO_RUNTIME_DATASET_JSON_COPY_H_
#define KAITO_RUNTIME_DATASET_JSON_COPY_H_

// Writes a value of a JSON text again, without spaces, its names in the order
// of the document: templates print tools in that order, and json::Value sorts.

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "kaito/base/json/reader.h"

namespace kaito::runtime {

absl::Status AppendJson(const json::Cursor& value, std::string* out);

// "a string", "a list" and so on, for messages.
absl::string_view TypeName(json::Type type);

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_DATASET_JSON_COPY_H_
