#ifndef KAITO_API_WORKSPACE_SOURCE_RULES_H_
#define KAITO_API_WORKSPACE_SOURCE_RULES_H_

// Rules that the sources of data and of adapters have in common. Private to
// validation.

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "kaito/api/schema/field_error.h"
#include "kaito/base/json/value.h"

namespace kaito::api {

// Each of `names` can be the name of a Secret. `about` goes before each
// message: "adapter 1: ", or nothing.
void CheckSecretNames(const std::vector<std::string>& names,
                      absl::string_view path, absl::string_view about,
                      FieldErrors& errors);

// A name of a Secret or ConfigMap, where one is given.
void CheckObjectName(absl::string_view name, absl::string_view path,
                     FieldErrors& errors);

void CheckImage(absl::string_view image, absl::string_view path,
                absl::string_view about, FieldErrors& errors);

// Says which kind of volume it is. More is the API server's to judge, which
// knows all kinds of them.
void CheckVolume(const json::Object& volume, absl::string_view path,
                 absl::string_view about, FieldErrors& errors);

}  // namespace kaito::api

#endif  // KAITO_API_WORKSPACE_SOURCE_RULES_H_
