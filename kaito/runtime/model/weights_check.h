#ifndef KAITO_RUNTIME_MODEL_WEIGHTS_CHECK_H_
#define KAITO_RUNTIME_MODEL_WEIGHTS_CHECK_H_

// Whether a directory's weights are those that a model's configuration asks
// for: before anything is loaded, with every name and shape.
//
//   KAITO_ASSIGN_OR_RETURN(const std::vector<std::string> unexpected,
//                          CheckWeights(model, weights));

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "kaito/runtime/model/model_config.h"
#include "kaito/runtime/weights/weights_directory.h"

namespace kaito::runtime {

// The tensors that no part of the model wants, for a warning; those that
// harmless old habits leave behind are not named (rotary tables, the head of a
// tied model). InvalidArgument where tensors are missing, have another shape,
// are of a type other than f32, bf16 and f16, or are in 4 bits where the
// configuration does not say so.
absl::StatusOr<std::vector<std::string>> CheckWeights(
    const ModelConfig& model, const WeightsDirectory& weights);

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_MODEL_WEIGHTS_CHECK_H_
