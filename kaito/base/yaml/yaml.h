#ifndef KAITO_BASE_YAML_YAML_H_
#define KAITO_BASE_YAML_YAML_H_

// Reads YAML text into a json::Value, as kubectl would read it, and remembers
// where each value is.
//
//   KAITO_ASSIGN_OR_RETURN(const yaml::Document config, yaml::Parse(text));
//   const json::Value* r = config.value.Find("r");
//   if (r == nullptr || !r->integer()) {
//     return absl::InvalidArgumentError(absl::StrCat(
//         path, ": ", yaml::ToString(config.places.Nearest("r")), ": ..."));
//   }
//
// The text may come from anyone: bytes, depth, values and documents are bounded
// before a tree exists, and anchors are refused unless allowed (limits.h has
// the options). What scalars mean is in scalar.h. Keys are strings; integers
// and booleans become strings as kubectl makes them ("1", "true"). Stricter
// than kubectl, whose reading of such text nobody would guess: repeated keys,
// keys with a fraction, tags other than !!str, infinities, text that isn't
// UTF-8, and control characters are errors. A value that its map states itself
// wins over a merged one wherever it stands.
//
// Errors are InvalidArgument: "YAML: line 3, column 5: reason".

#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/base/json/value.h"
#include "kaito/base/yaml/limits.h"
#include "kaito/base/yaml/places.h"

namespace kaito::yaml {

struct Document {
  json::Value value;
  PlaceMap places;
};

// The only document of the text; null where there is none. Documents that are
// empty or null don't count.
absl::StatusOr<Document> Parse(absl::string_view text,
                               const ReadOptions& options = {});

// All documents but those that are empty or null, as kubectl takes them.
absl::StatusOr<std::vector<Document>> ParseAll(absl::string_view text,
                                               const ReadOptions& options = {});

}  // namespace kaito::yaml

#endif  // KAITO_BASE_YAML_YAML_H_
