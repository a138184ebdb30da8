#ifndef KAITO_API_WORKSPACE_RETIRED_INSTANCE_TYPES_H_
#define KAITO_API_WORKSPACE_RETIRED_INSTANCE_TYPES_H_

// Kinds of machine that a cloud no longer gives to anyone, and that examples
// still name. Only for warnings: a provider that still has one may give it.

#include "absl/strings/string_view.h"

namespace kaito::api {

struct RetiredInstanceType {
  absl::string_view name;
  absl::string_view gpus;        // "one V100 with 16 GB"
  absl::string_view successors;  // "A or B", the nearest in memory first.
};

// In any case; nullptr where it is not retired, as far as we know.
const RetiredInstanceType* FindRetiredInstanceType(absl::string_view name);

}  // namespace kaito::api

#endif  // KAITO_API_WORKSPACE_RETIRED_INSTANCE_TYPES_H_
