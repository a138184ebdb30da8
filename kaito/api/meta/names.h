#ifndef KAITO_API_META_NAMES_H_
#define KAITO_API_META_NAMES_H_

// The forms of names, label keys and label values that an API server accepts.
// Each function returns "" where the text is fine, or one sentence that says
// what is wrong with it and what is allowed; callers add the field's path.
//
//   if (std::string problem = ValidateDnsLabel(name); !problem.empty()) {
//     errors.Invalid("metadata.name", problem);
//   }

#include <string>

#include "absl/strings/string_view.h"

namespace kaito::api {

// Names of Workspaces, namespaces and containers: up to 63 lower-case letters,
// digits and '-', with a letter or digit at either end.
std::string ValidateDnsLabel(absl::string_view text);

// As a label, but the first character is a letter: names of Services.
std::string ValidateDns1035Label(absl::string_view text);

// Names of most other objects: labels joined by '.', up to 253 characters in
// all. As in the API server, a single part may be longer than 63.
std::string ValidateDnsSubdomain(absl::string_view text);

// Keys of labels and annotations: [subdomain '/'] name, where the name is up to
// 63 letters, digits, '-', '_' and '.', with a letter or digit at either end.
std::string ValidateQualifiedName(absl::string_view text);

// Empty, or of the form of a qualified name's name.
std::string ValidateLabelValue(absl::string_view text);

}  // namespace kaito::api

#endif  // KAITO_API_META_NAMES_H_
