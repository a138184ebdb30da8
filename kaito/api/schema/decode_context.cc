#include "kaito/api/schema/decode_context.h"

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/api/schema/field_error.h"
#include "kaito/base/json/value.h"

namespace kaito::api {
namespace {

// Levenshtein distance, case ignored; rows of the usual table, one at a time.
size_t Distance(absl::string_view a, absl::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const bool same =
          absl::ascii_tolower(a[i - 1]) == absl::ascii_tolower(b[j - 1]);
      const size_t best =
          std::min({row[j] + 1, row[j - 1] + 1, diagonal + (same ? 0 : 1)});
      diagonal = row[j];
      row[j] = best;
    }
  }
  return row[b.size()];
}

// The known name that was probably meant, or "".
absl::string_view Nearest(absl::string_view name,
                          const std::vector<absl::string_view>& known) {
  constexpr size_t kLongestName = 64;  // Bounds the work on a hostile name.
  if (name.size() > kLongestName) return "";
  absl::string_view best;
  size_t best_distance = name.size() / 3 + 1;  // A third of it may be wrong.
  for (absl::string_view candidate : known) {
    const size_t distance = Distance(name, candidate);
    if (distance <= best_distance) {
      best_distance = distance;
      best = candidate;
    }
  }
  return best;
}

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
  const absl::string_view nearest = Nearest(name, known);
  unknown_.Add({FieldError::Kind::kUnknown, path_,
                nearest.empty() ? std::string("unknown field")
                                : absl::StrCat("unknown field; did you mean ",
                                               nearest, "?")});
}

}  // namespace kaito::api
