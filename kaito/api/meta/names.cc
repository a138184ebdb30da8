#include "kaito/api/meta/names.h"

#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "kaito/api/schema/field_error.h"

namespace kaito::api {
namespace {

// RFC 1123, and Kubernetes' own limit for the name part of a label.
constexpr size_t kLongestLabel = 63;
// RFC 1123: what remains of 255 bytes without length and root.
constexpr size_t kLongestSubdomain = 253;

bool IsLowerAlnum(char c) {
  return absl::ascii_islower(static_cast<unsigned char>(c)) ||
         absl::ascii_isdigit(static_cast<unsigned char>(c));
}

bool IsAlnum(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c));
}

// Not empty, `inner` throughout and `outer` at both ends.
bool HasForm(absl::string_view text, bool (*outer)(char), bool (*inner)(char)) {
  if (text.empty() || !outer(text.front()) || !outer(text.back())) return false;
  for (const char c : text) {
    if (!inner(c)) return false;
  }
  return true;
}

bool IsDnsPart(absl::string_view text) {
  return HasForm(text, IsLowerAlnum,
                 [](char c) { return IsLowerAlnum(c) || c == '-'; });
}

bool IsNamePart(absl::string_view text) {
  return HasForm(text, IsAlnum, [](char c) {
    return IsAlnum(c) || c == '-' || c == '_' || c == '.';
  });
}

std::string TooLong(absl::string_view text, size_t limit) {
  return absl::StrCat(QuoteForMessage(text), " has ", text.size(),
                      " characters: at most ", limit, " are allowed");
}

constexpr absl::string_view kNameForm =
    "use letters, digits, '-', '_' and '.', with a letter or digit at the "
    "start and the end";

}  // namespace

std::string ValidateDnsLabel(absl::string_view text) {
  if (text.size() > kLongestLabel) return TooLong(text, kLongestLabel);
  if (IsDnsPart(text)) return "";
  return absl::StrCat(
      QuoteForMessage(text),
      " is not a DNS label: use lower-case letters, digits and '-', with a "
      "letter or digit at the start and the end");
}

std::string ValidateDns1035Label(absl::string_view text) {
  if (text.size() > kLongestLabel) return TooLong(text, kLongestLabel);
  if (IsDnsPart(text) &&
      absl::ascii_islower(static_cast<unsigned char>(text.front()))) {
    return "";
  }
  return absl::StrCat(
      QuoteForMessage(text),
      " is not a DNS label that starts with a letter: use lower-case letters, "
      "digits and '-', with a letter at the start and a letter or digit at the "
      "end");
}

std::string ValidateDnsSubdomain(absl::string_view text) {
  if (text.size() > kLongestSubdomain) return TooLong(text, kLongestSubdomain);
  for (const absl::string_view part : absl::StrSplit(text, '.')) {
    if (IsDnsPart(part)) continue;
    return absl::StrCat(
        QuoteForMessage(text),
        " is not a DNS subdomain: use lower-case letters, digits, '-' and '.', "
        "with a letter or digit at the start and the end of each part");
  }
  return "";
}

std::string ValidateQualifiedName(absl::string_view text) {
  absl::string_view name = text;
  if (const size_t slash = text.find('/'); slash != text.npos) {
    if (const std::string problem = ValidateDnsSubdomain(text.substr(0, slash));
        !problem.empty()) {
      return absl::StrCat("the prefix before '/' in ", QuoteForMessage(text),
                          " is wrong: ", problem);
    }
    name = text.substr(slash + 1);
  }
  if (name.size() > kLongestLabel) {
    return absl::StrCat("the name ", TooLong(name, kLongestLabel));
  }
  if (IsNamePart(name)) return "";
  return absl::StrCat(QuoteForMessage(text),
                      " is not a qualified name: ", kNameForm,
                      "; a DNS subdomain and one '/' may stand before it");
}

std::string ValidateLabelValue(absl::string_view text) {
  if (text.empty()) return "";
  if (text.size() > kLongestLabel) return TooLong(text, kLongestLabel);
  if (IsNamePart(text)) return "";
  return absl::StrCat(QuoteForMessage(text),
                      " is not a label value: ", kNameForm,
                      ", or nothing at all");
}

}  // namespace kaito::api
