#include "kaito/base/encoding/base64.h"

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace kaito {

std::string Base64Encode(absl::string_view data) {
  return absl::Base64Escape(data);
}

absl::StatusOr<std::string> Base64Decode(absl::string_view text) {
  // Abseil's decoder also takes white space, '.', and odd padding; encoding its
  // result again finds all of these.
  std::string data;
  if (!absl::Base64Unescape(text, &data) || absl::Base64Escape(data) != text) {
    return absl::InvalidArgumentError(absl::StrCat(
        "base64: ", text.size(),
        " characters are not base64 with padding and without line breaks"));
  }
  return data;
}

}  // namespace kaito
