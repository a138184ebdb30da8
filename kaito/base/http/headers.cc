#include "kaito/base/http/headers.h"

#include <algorithm>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"

namespace kaito::http {
namespace {

bool IsTokenCharacter(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
         absl::StrContains("!#$%&'*+-.^_`|~", c);
}

bool IsControl(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && c != '\t') || byte == 0x7f;
}

}  // namespace

void Headers::Add(absl::string_view name, absl::string_view value) {
  fields_.emplace_back(std::string(name), std::string(value));
}

void Headers::Set(absl::string_view name, absl::string_view value) {
  Remove(name);
  Add(name, value);
}

void Headers::Remove(absl::string_view name) {
  std::erase_if(fields_, [&](const Field& field) {
    return absl::EqualsIgnoreCase(field.first, name);
  });
}

std::optional<absl::string_view> Headers::Get(absl::string_view name) const {
  for (const auto& [field, value] : fields_) {
    if (absl::EqualsIgnoreCase(field, name)) return value;
  }
  return std::nullopt;
}

bool Headers::HasToken(absl::string_view name, absl::string_view token) const {
  for (const auto& [field, value] : fields_) {
    if (!absl::EqualsIgnoreCase(field, name)) continue;
    for (absl::string_view item : absl::StrSplit(value, ',')) {
      if (absl::EqualsIgnoreCase(absl::StripAsciiWhitespace(item), token)) {
        return true;
      }
    }
  }
  return false;
}

absl::Status Headers::Check() const {
  for (const auto& [name, value] : fields_) {
    if (name.empty() ||
        !std::all_of(name.begin(), name.end(), IsTokenCharacter)) {
      return absl::InvalidArgumentError(
          absl::StrCat("header: \"", absl::CHexEscape(name.substr(0, 64)),
                       "\" is not a field name"));
    }
    if (std::any_of(value.begin(), value.end(), IsControl)) {
      return absl::InvalidArgumentError(absl::StrCat(
          "header: the value of ", name, " holds a control character"));
    }
  }
  return absl::OkStatus();
}

}  // namespace kaito::http
