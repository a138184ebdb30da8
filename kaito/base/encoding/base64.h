#ifndef KAITO_BASE_ENCODING_BASE64_H_
#define KAITO_BASE_ENCODING_BASE64_H_

// Base64 of RFC 4648, section 4 (with padding), as Secrets, kubeconfigs and
// Basic authentication carry it. Not the URL-safe alphabet.

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace kaito {

std::string Base64Encode(absl::string_view data);

// Takes only what Base64Encode() gives: no white space, no missing padding, no
// stray bits under the padding; so each value has one spelling. Anything else
// is InvalidArgument. The message never shows the input, which may be secret.
absl::StatusOr<std::string> Base64Decode(absl::string_view text);

}  // namespace kaito

#endif  // KAITO_BASE_ENCODING_BASE64_H_
