#ifndef KAITO_RUNTIME_MODEL_MODEL_CONFIG_H_
#define KAITO_RUNTIME_MODEL_MODEL_CONFIG_H_

// config.json of a model, as transformers 4 or 5 spells it, turned into the
// description of its decoder. Pure; the file may come from anyone.
//
//   KAITO_ASSIGN_OR_RETURN(const std::string text, ReadFile(path, 1 << 20));
//   KAITO_ASSIGN_OR_RETURN(const ModelConfig model, ParseModelConfig(text));
//   model.decoder.layers;  // 32
//
// A family of models is a row of the table in the .cc file, unless its decoder
// does something that no field of DecoderConfig says yet.

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/runtime/model/decoder_config.h"
#include "kaito/runtime/model/quantization_config.h"
#include "kaito/runtime/model/tensor_names.h"

namespace kaito::runtime {

struct ModelConfig {
  DecoderConfig decoder;
  TensorNames names;
  StoredWeights stored;
  // What was read and has no effect here, one sentence each; for the log.
  std::vector<std::string> warnings;
};

// InvalidArgument, with the field and the value, for a family that is not
// supported (those that are get listed), sizes that are absurd or do not fit
// each other, and options that would change what the model computes.
absl::StatusOr<ModelConfig> ParseModelConfig(absl::string_view text);

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_MODEL_MODEL_CONFIG_H_
