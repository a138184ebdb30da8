#ifndef KAITO_API_SCHEMA_DECODE_CONTEXT_H_
#define KAITO_API_SCHEMA_DECODE_CONTEXT_H_

// Where in an object a decoder is, and what it has found wrong so far. Used by
// implementations of Type; everybody else uses codec.h.

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "kaito/api/schema/field_error.h"
#include "kaito/base/json/value.h"

namespace kaito::api {

class DecodeContext {
 public:
  // Steps into a member or an item for as long as it lives.
  class Step {
   public:
    Step(DecodeContext& context, absl::string_view member);
    Step(DecodeContext& context, size_t index);
    ~Step();
    Step(const Step&) = delete;
    Step& operator=(const Step&) = delete;

   private:
    DecodeContext& context_;
    const size_t length_before_;
  };

  // The value at this place is of another type than `wanted`.
  void WrongType(absl::string_view wanted, const json::Value& found);
  void Invalid(absl::string_view message);
  // The place names a field that the type lacks. `known` are the names that it
  // has.
  void Unknown(const std::vector<absl::string_view>& known);

  const std::string& path() const { return path_; }
  const FieldErrors& errors() const { return errors_; }
  const FieldErrors& unknown() const { return unknown_; }

 private:
  std::string path_;
  FieldErrors errors_;
  FieldErrors unknown_;
};

}  // namespace kaito::api

#endif  // KAITO_API_SCHEMA_DECODE_CONTEXT_H_
