#ifndef KAITO_RUNTIME_TRAIN_RECIPE_KEYS_H_
#define KAITO_RUNTIME_TRAIN_RECIPE_KEYS_H_

// The keys of training_config.yaml that the contract has no field for: what
// Hugging Face's libraries know beside them. Each is read elsewhere, has no
// effect here, or must be off; any other is an error that names the nearest.
//
//   KAITO_RETURN_IF_ERROR(CheckOtherKeys("TrainingArguments", others));

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "kaito/base/json/value.h"

namespace kaito::runtime {

// `section` is one of ModelConfig, QuantizationConfig, TrainingArguments,
// DatasetConfig and DataCollator. InvalidArgument with section and key. What
// has an effect with the libraries and none here is told in `notes`.
absl::Status CheckOtherKeys(absl::string_view section,
                            const json::Object& others,
                            std::vector<std::string>& notes);

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_TRAIN_RECIPE_KEYS_H_
