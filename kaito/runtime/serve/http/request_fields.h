#ifndef KAITO_RUNTIME_SERVE_HTTP_REQUEST_FIELDS_H_
#define KAITO_RUNTIME_SERVE_HTTP_REQUEST_FIELDS_H_

// Reads the fields of a request's JSON. A wrong type is refused with the name of
// the field; null is as good as absent, and leaves the target as it was.
//
//   json::Read(body, options, [&](const json::Cursor& root) {
//     return root.ForEachField([&](absl::string_view key,
//                                  const json::Cursor& value) {
//       if (key == "top_p") return ReadField(key, value, &request.top_p);
//       ...
//
// Pure.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "kaito/base/json/reader.h"

namespace kaito::runtime::serve {

// "top_p: want a number, found string".
absl::Status WrongType(absl::string_view name, absl::string_view want,
                       const json::Cursor& found);

absl::Status ReadField(absl::string_view name, const json::Cursor& from,
                       std::optional<bool>* to);
absl::Status ReadField(absl::string_view name, const json::Cursor& from,
                       std::optional<double>* to);
// 3.0 counts as an integer, as it does for Python's servers.
absl::Status ReadField(absl::string_view name, const json::Cursor& from,
                       std::optional<int64_t>* to);
absl::Status ReadField(absl::string_view name, const json::Cursor& from,
                       std::optional<std::string>* to);
// One string, or a list of them.
absl::Status ReadStrings(absl::string_view name, const json::Cursor& from,
                         std::vector<std::string>* to);
// One id, or a list of them.
absl::Status ReadIds(absl::string_view name, const json::Cursor& from,
                     std::vector<int32_t>* to);

// The fields of a body that is an object; `field` returns a status for each.
absl::Status ReadBody(
    absl::string_view body,
    absl::FunctionRef<absl::Status(absl::string_view, const json::Cursor&)>
        field);

}  // namespace kaito::runtime::serve

#endif  // KAITO_RUNTIME_SERVE_HTTP_REQUEST_FIELDS_H_
