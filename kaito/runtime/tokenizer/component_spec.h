#ifndef KAITO_RUNTIME_TOKENIZER_COMPONENT_SPEC_H_
#define KAITO_RUNTIME_TOKENIZER_COMPONENT_SPEC_H_

// A JSON object that describes one component of a tokenizer ("type" and its
// fields), read with errors that name the place:
//
//   ComponentSpec spec(value, "tokenizer.json: normalizer");
//   KAITO_ASSIGN_OR_RETURN(std::string text, spec.String("prepend"));
//   // "tokenizer.json: normalizer.prepend: integer, want string"

#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/base/json/value.h"

namespace kaito::runtime::tokenization {

class ComponentSpec {
 public:
  // `value` must outlive this.
  ComponentSpec(const json::Value& value, std::string path);

  const json::Value& value() const { return *value_; }
  bool is_null() const { return value_->is_null(); }
  // The field "type"; "" where there is none.
  absl::string_view type() const { return value_->StringAt({"type"}); }

  // InvalidArgument that begins with the path.
  absl::Status Error(absl::string_view what) const;
  // ... that a type is none of those supported.
  absl::Status UnknownType(
      std::initializer_list<absl::string_view> supported) const;

  // Fields. An absent one is null, of which only the defaults make something.
  ComponentSpec Field(absl::string_view name) const;
  absl::StatusOr<std::string> String(absl::string_view name) const;
  absl::StatusOr<bool> Bool(absl::string_view name, bool absent) const;
  absl::StatusOr<int64_t> Int(absl::string_view name, int64_t absent) const;
  // At most 64 items: no published pipeline has ten.
  absl::StatusOr<std::vector<ComponentSpec>> List(absl::string_view name) const;

  // Of {"String": text} the text; other kinds of pattern are errors.
  absl::StatusOr<std::string> LiteralPattern(absl::string_view name) const;

 private:
  const json::Value* value_;
  std::string path_;
};

}  // namespace kaito::runtime::tokenization

#endif  // KAITO_RUNTIME_TOKENIZER_COMPONENT_SPEC_H_
