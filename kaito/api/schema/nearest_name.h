#ifndef KAITO_API_SCHEMA_NEAREST_NAME_H_
#define KAITO_API_SCHEMA_NEAREST_NAME_H_

// The name that was probably meant, for messages: "did you mean count?".

#include <vector>

#include "absl/strings/string_view.h"

namespace kaito::api {

// The first of those in `known` that are fewest edits away from `name`, case
// ignored; "" where more than about a third of the name would have to change.
// The work is bounded whatever the name: beyond 64 bytes nothing is near.
absl::string_view NearestName(absl::string_view name,
                              const std::vector<absl::string_view>& known);

}  // namespace kaito::api

#endif  // KAITO_API_SCHEMA_NEAREST_NAME_H_
