#ifndef KAITO_API_WORKSPACE_CREDENTIAL_H_
#define KAITO_API_WORKSPACE_CREDENTIAL_H_

// Finds tokens and keys that were written where only the name of a Secret
// belongs, so that they are neither stored nor repeated in messages. It knows
// the fixed beginnings of well-known services' tokens; it is no guard against
// someone who wants to hide one.

#include <string>

#include "absl/strings/string_view.h"
#include "kaito/api/schema/field_error.h"
#include "kaito/base/json/value.h"

namespace kaito::api {

// "a Hugging Face token", or "" where `text` holds nothing like that.
absl::string_view CredentialKind(absl::string_view text);

// The text with each such token replaced by "(hidden)".
std::string HideCredentials(absl::string_view text);

// Adds an error for each string inside `value`, which is at `path`, that holds
// one.
void CheckNoCredentials(const json::Value& value, const std::string& path,
                        FieldErrors& errors);

}  // namespace kaito::api

#endif  // KAITO_API_WORKSPACE_CREDENTIAL_H_
