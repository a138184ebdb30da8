#ifndef KAITO_API_WORKSPACE_TRAINING_CONFIG_H_
#define KAITO_API_WORKSPACE_TRAINING_CONFIG_H_

// The rules about training_config.yaml, the recipe in a ConfigMap, that can be
// checked before a node is paid for. What its values mean for the training is
// the runtime's business.

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/api/schema/field_error.h"
#include "kaito/api/workspace/defaults.h"
#include "kaito/base/json/value.h"

namespace kaito::api {

// Where results go when TrainingArguments.output_dir says nothing.
inline constexpr absl::string_view kDefaultOutputDir = "/mnt/results";

// All that is wrong with the parsed file, at the path "tuning.Config".
// `config_map` is its ConfigMap's name, for the messages.
FieldErrors ValidateTrainingConfig(const json::Value& config,
                                   TuningMethod method,
                                   absl::string_view config_map);

// The absolute path, below /mnt, that a TrainingArguments.output_dir means:
// one that begins with /mnt as it is, any other below /mnt. InvalidArgument
// where it leaves /mnt, is /mnt itself, or a place that a pod mounts there. The
// planner and the validation both use this.
absl::StatusOr<std::string> ResolveOutputDir(absl::string_view output_dir);

}  // namespace kaito::api

#endif  // KAITO_API_WORKSPACE_TRAINING_CONFIG_H_
