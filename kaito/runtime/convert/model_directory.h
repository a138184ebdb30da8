#ifndef KAITO_RUNTIME_CONVERT_MODEL_DIRECTORY_H_
#define KAITO_RUNTIME_CONVERT_MODEL_DIRECTORY_H_

// A model's directory as conversions see it: one that is read tensor by tensor,
// and a new one beside it with the same tokenizer. For quantize_model.h and
// merge_adapter.h; what is to be run is loaded by backend/load_model.h.
//
//   KAITO_ASSIGN_OR_RETURN(ModelDirectory model, OpenModelDirectory(from));
//   KAITO_RETURN_IF_ERROR(StartModelDirectory(from, to));
//   …                                    // WeightsPath(to)
//   KAITO_RETURN_IF_ERROR(FinishModelDirectory(to, model.config_json));

#include <string>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/base/json/value.h"
#include "kaito/runtime/model/model_config.h"
#include "kaito/runtime/weights/weights_directory.h"

namespace kaito::runtime {

struct ModelDirectory {
  json::Value config_json;  // As the file has it.
  ModelConfig config;
  WeightsDirectory weights;  // Checked against the configuration.
  // Full names of the weights that adapters and NF4 are for.
  absl::flat_hash_set<std::string> linears;
};

// Fails as LoadModel() does.
absl::StatusOr<ModelDirectory> OpenModelDirectory(absl::string_view directory);

// Makes `to`, and copies there what belongs to a model besides weights and
// configuration: tokenizer, chat template, generation_config.json, licence. Not
// the model card, which tells of other weights. InvalidArgument where `to` has
// something in it.
absl::Status StartModelDirectory(absl::string_view from, absl::string_view to);

std::string WeightsPath(absl::string_view directory);

// Writes config.json: last, so that no reader takes half a model for a whole.
absl::Status FinishModelDirectory(absl::string_view to,
                                  const json::Value& config);

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_CONVERT_MODEL_DIRECTORY_H_
