#ifndef KAITO_OPERATOR_PLAN_TUNING_RESULT_H_
#define KAITO_OPERATOR_PLAN_TUNING_RESULT_H_

// TuningResult: how the tuning of one revision ended, kept in an annotation of
// the Workspace. The Job and its pods go; a result that is written first makes
// it safe to stop anywhere, and keeps a failed Job from being made again until
// something that it depends on has changed.

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "kaito/api/workspace/workspace.h"
#include "kaito/operator/plan/snapshot.h"

namespace kaito::controller {

inline constexpr absl::string_view kTuningResultAnnotation =
    "kaito.sh/tuning-result";

struct TuningResult {
  int64_t code = 0;     // 0: the adapter is stored. Else the Job's exit code.
  std::string hash;     // Of the revision.
  std::string inputs;   // Digest over the Secrets and the recipe.
  std::string job_uid;  // The Job that it is of.
  std::string reason;   // Of a failure, CamelCase.
  std::string message;  // Of a failure: what happened and what to do.
  std::string digest;   // Of the image that was pushed.

  bool operator==(const TuningResult& other) const = default;
};

// Changes when a Secret that the Workspace names, or its recipe, does.
std::string TuningInputs(const Snapshot& snapshot);

// nullopt where there is none that can be read.
std::optional<TuningResult> ReadTuningResult(const api::Workspace& workspace);
// The annotation's value.
std::string WriteTuningResult(const TuningResult& result);

// Whether the result still holds: a success for its revision, a failure for its
// revision and inputs.
bool Holds(const TuningResult& result, absl::string_view hash,
           absl::string_view inputs);

}  // namespace kaito::controller

#endif  // KAITO_OPERATOR_PLAN_TUNING_RESULT_H_
