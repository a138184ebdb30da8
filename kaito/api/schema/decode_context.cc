#include "kaito/api/schema/decode_context.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/api/schema/field_error.h"
#include "kaito/base/flags/nearest_name.h"
#include "kaito/base/json/value.h"

namespace kaito::api {
namespace {

bool IsPlainName(absl::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_' ||
           c == '-';
  });
}

}  // namespace

DecodeContext::Step::Step(DecodeContext& context, absl::string_view member)
    : context_(context), length_before_(context.path_.size()) {
  if (!IsPlainName(member)) {  // A label's key, for one.
    absl::StrAppend(&context_.path_, "[", member.substr(0, 100), "]");
  } else {
    absl::StrAppend(&context_.path_, context_.path_.empty() ? "" : ".", member);
  }
}

DecodeContext::Step::Step(DecodeContext& context, size_t index)
    : context_(context), length_before_(context.path_.size()) {
  absl::StrAppend(&context_.path_, "[", index, "]");
}

DecodeContext::Step::~Step() { context_.path_.resize(length_before_); }

void DecodeContext::WrongType(absl::string_view wanted,
                              const json::Value& found) {
  errors_.Add(
      {FieldError::Kind::kTypeInvalid, path_,
       absl::StrCat("expected ", wanted, ", found ", found.type_name())});
}

void DecodeContext::Invalid(absl::string_view message) {
  errors_.Invalid(path_, message);
}

void DecodeContext::Unknown(const std::vector<absl::string_view>& known) {
  const size_t dot = path_.find_last_of(".[");
  const absl::string_view name = dot == std::string::npos
                                     ? absl::string_view(path_)
                                     : absl::string_view(path_).substr(dot + 1);
  const std::string nearest = NearestName(name, {known.begin(), known.end()});
  unknown_.Add({FieldError::Kind::kUnknown, path_,
                nearest.empty() ? std::string("unknown field")
                                : absl::StrCat("unknown field; did you mean ",
                                               nearest, "?")});
}

}  // namespace kaito::api
