#ifndef KAITO_BASE_FLAGS_NEAREST_NAME_H_
#define KAITO_BASE_FLAGS_NEAREST_NAME_H_

// "Did you mean": finds the known name that a mistyped one is likely to be. For
// messages about unknown flags, commands and fields.
//
//   NearestName("modle", {"model", "output"})   // "model"

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace kaito {

// The candidate with the fewest edits (a character added, dropped, changed, or
// two neighbours swapped), the first among equals; empty where that takes more
// than a third of the name's length, or than 1 for short ones.
std::string NearestName(absl::string_view name,
                        const std::vector<std::string>& candidates);

}  // namespace kaito

#endif  // KAITO_BASE_FLAGS_NEAREST_NAME_H_
