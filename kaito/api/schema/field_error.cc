#include "kaito/api/schema/field_error.h"

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "kaito/base/json/writer.h"

namespace kaito::api {

std::string FieldError::ToString() const {
  return path.empty() ? message : absl::StrCat(path, ": ", message);
}

absl::string_view FieldError::reason() const {
  switch (kind) {
    case Kind::kRequired:
      return "FieldValueRequired";
    case Kind::kNotSupported:
      return "FieldValueNotSupported";
    case Kind::kDuplicate:
      return "FieldValueDuplicate";
    case Kind::kForbidden:
      return "FieldValueForbidden";
    case Kind::kTypeInvalid:
      return "FieldValueTypeInvalid";
    case Kind::kTooLong:
      return "FieldValueTooLong";
    case Kind::kTooMany:
      return "FieldValueTooMany";
    case Kind::kInvalid:
    case Kind::kUnknown:
      return "FieldValueInvalid";
  }
  return "FieldValueInvalid";
}

void FieldErrors::Required(absl::string_view path, absl::string_view message) {
  Add({FieldError::Kind::kRequired, std::string(path),
       absl::StrCat("required: ", message)});
}

void FieldErrors::Invalid(absl::string_view path, absl::string_view message) {
  Add({FieldError::Kind::kInvalid, std::string(path), std::string(message)});
}

void FieldErrors::NotSupported(absl::string_view path, absl::string_view value,
                               const std::vector<std::string>& supported) {
  Add({FieldError::Kind::kNotSupported, std::string(path),
       absl::StrCat("unsupported value ", QuoteForMessage(value),
                    ": use one of ", absl::StrJoin(supported, ", "))});
}

void FieldErrors::Duplicate(absl::string_view path, absl::string_view value) {
  Add({FieldError::Kind::kDuplicate, std::string(path),
       absl::StrCat("duplicate value ", QuoteForMessage(value))});
}

void FieldErrors::Forbidden(absl::string_view path, absl::string_view message) {
  Add({FieldError::Kind::kForbidden, std::string(path), std::string(message)});
}

void FieldErrors::Append(const FieldErrors& other) {
  errors_.insert(errors_.end(), other.errors_.begin(), other.errors_.end());
}

std::string FieldErrors::ToString() const {
  return absl::StrJoin(errors_, "; ",
                       [](std::string* out, const FieldError& error) {
                         out->append(error.ToString());
                       });
}

absl::Status FieldErrors::ToStatus(absl::string_view where) const {
  if (empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(where, ": ", ToString()));
}

std::string QuoteForMessage(absl::string_view value) {
  constexpr size_t kLongest = 100;  // Bytes of user text in one message.
  if (value.size() <= kLongest) return json::Quote(value);
  return absl::StrCat(json::Quote(value.substr(0, kLongest)), "...");
}

}  // namespace kaito::api
