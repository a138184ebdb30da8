#ifndef KAITO_API_SCHEMA_FIELD_ERROR_H_
#define KAITO_API_SCHEMA_FIELD_ERROR_H_

// What is wrong with an object, field by field, all of it at once: what
// decoding and validation return, and what a user reads.
//
//   FieldErrors errors;
//   errors.Required("tuning.Input", "say where the data comes from");
//   errors.NotSupported("tuning.Method", "dora", {"lora", "qlora"});
//   if (!errors.empty()) return errors.ToStatus("Workspace default/a");

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace kaito::api {

struct FieldError {
  // The reasons that an API server gives in details.causes[].reason.
  enum class Kind {
    kRequired,      // FieldValueRequired
    kInvalid,       // FieldValueInvalid
    kNotSupported,  // FieldValueNotSupported
    kDuplicate,     // FieldValueDuplicate
    kForbidden,     // FieldValueForbidden
    kTypeInvalid,   // FieldValueTypeInvalid
    kUnknown,       // FieldValueInvalid: a name that the schema lacks
    kTooLong,       // FieldValueTooLong
    kTooMany,       // FieldValueTooMany
  };

  Kind kind = Kind::kInvalid;
  std::string path;     // "resource.count", "tuning.input.urls[0]"
  std::string message;  // What is wrong and what to write instead.

  // "tuning.Method: unsupported value "dora": use lora or qlora".
  std::string ToString() const;
  // "FieldValueRequired" and so on.
  absl::string_view reason() const;

  bool operator==(const FieldError& other) const = default;
};

class FieldErrors {
 public:
  void Add(FieldError error) { errors_.push_back(std::move(error)); }
  void Required(absl::string_view path, absl::string_view message);
  void Invalid(absl::string_view path, absl::string_view message);
  void NotSupported(absl::string_view path, absl::string_view value,
                    const std::vector<std::string>& supported);
  void Duplicate(absl::string_view path, absl::string_view value);
  void Forbidden(absl::string_view path, absl::string_view message);
  void Append(const FieldErrors& other);

  bool empty() const { return errors_.empty(); }
  size_t size() const { return errors_.size(); }
  const std::vector<FieldError>& errors() const { return errors_; }

  // One line: the errors, joined by "; ".
  std::string ToString() const;
  // OK where there are none; else InvalidArgument "where: ...".
  absl::Status ToStatus(absl::string_view where) const;

 private:
  std::vector<FieldError> errors_;
};

// `value` in quotes, cut to a length fit for a message, control characters
// escaped.
std::string QuoteForMessage(absl::string_view value);

}  // namespace kaito::api

#endif  // KAITO_API_SCHEMA_FIELD_ERROR_H_
