#ifndef KAITO_BASE_JSON_WRITER_H_
#define KAITO_BASE_JSON_WRITER_H_

// JSON text from a Value. The output is always valid JSON in UTF-8: bytes that
// are not UTF-8 become U+FFFD, and numbers that JSON lacks (NaN, infinities)
// become null.

#include <string>

#include "absl/strings/string_view.h"
#include "kaito/base/json/value.h"

namespace kaito::json {

struct WriteOptions {
  // Spaces for each level; 0 writes one line without spaces.
  int indent = 0;
};

std::string Write(const Value& value, const WriteOptions& options = {});

// `text` in double quotes, escaped.
std::string Quote(absl::string_view text);

}  // namespace kaito::json

#endif  // KAITO_BASE_JSON_WRITER_H_
