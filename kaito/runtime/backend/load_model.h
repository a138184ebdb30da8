#ifndef KAITO_RUNTIME_BACKEND_LOAD_MODEL_H_
#define KAITO_RUNTIME_BACKEND_LOAD_MODEL_H_

// Loads a model's directory (config.json and safetensors files) into memory,
// quantising on the way where that is asked for. For the commands and for
// tests; what runs the model is cpu_backend.h.
//
//   KAITO_ASSIGN_OR_RETURN(
//       LoadedModel model,
//       LoadModel("/workspace/weights", {.quantization = Quantization::kNf4}));
//   for (const std::string& warning : model.warnings) …
//
// Tensor by tensor: the most memory is that of the loaded model and of one
// tensor, beside what the system caches of the files.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/runtime/backend/model_weights.h"
#include "kaito/runtime/model/model_config.h"

namespace kaito::runtime {

// What the linears of layers become. Embedding and head stay as they are stored
// (fp16 as f32), norms and biases become f32.
enum class Quantization : uint8_t {
  kAuto,  // As the checkpoint has them: NF4, or else f32.
  kNone,  // f32; NF4 is dequantised and rounded to the checkpoint's type.
  kNf4,   // NF4; plain ones are quantised, with double quantisation.
};

struct LoadOptions {
  Quantization quantization = Quantization::kAuto;
  int64_t threads = 0;  // For converting and quantising; 0: all processors.
};

struct LoadedModel {
  ModelConfig config;
  ModelWeights weights;
  std::vector<std::string> warnings;  // One sentence each, for the log.
};

// InvalidArgument, with the file and what is wrong in it, for configurations and
// weights that are not supported, missing, or do not fit each other; NotFound
// where there are none; ResourceExhausted where the memory is not enough.
absl::StatusOr<LoadedModel> LoadModel(absl::string_view directory,
                                      const LoadOptions& options);

// The processors that this process may run on; at least 1.
int64_t HardwareThreads();

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_BACKEND_LOAD_MODEL_H_
