#ifndef KAITO_OPERATOR_ESTIMATE_MEMORY_ESTIMATE_H_
#define KAITO_OPERATOR_ESTIMATE_MEMORY_ESTIMATE_H_

// How much memory of a GPU (or of a machine without one) a model needs, by our
// own reckoning from its shape. Too little by the published size of an instance
// type is a warning; too little on the node itself is a failure.
//
//   const MemoryEstimate need = EstimateTuning(
//       preset.shape, {.quantization = Quantization::kNf4, .rank = 8});
//   if (need.total_bytes() > node.memory_bytes_per_gpu) ...
//
// docs/operator.md has the terms. It is for warning before a node is paid for;
// the runtime measures.

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "kaito/api/job/training_config.h"
#include "kaito/operator/presets/preset.h"

namespace kaito::controller {

enum class Quantization : uint8_t { kNone, kInt8, kNf4 };

struct MemoryEstimate {
  int64_t weights_bytes = 0;
  int64_t adapter_bytes = 0;     // With gradients and optimiser.
  int64_t activation_bytes = 0;  // Of one step.
  int64_t cache_bytes = 0;       // Keys and values, while serving.
  int64_t fixed_bytes = 0;       // The program and its libraries.

  int64_t total_bytes() const {
    return weights_bytes + adapter_bytes + activation_bytes + cache_bytes +
           fixed_bytes;
  }
};

struct TuningRecipe {
  Quantization quantization = Quantization::kNf4;
  int64_t rank = 8;
  int64_t rows = 1;  // Of one batch on one device.
  int64_t tokens_per_row = 1024;
};

TuningRecipe RecipeOf(const api::TrainingConfig& config);

MemoryEstimate EstimateTuning(const DecoderShape& shape,
                              const TuningRecipe& recipe);
// One request of `tokens` tokens at a time: the least with which it answers.
MemoryEstimate EstimateServing(const DecoderShape& shape,
                               Quantization quantization, int64_t tokens);

// "9.4 GiB".
std::string Gibibytes(int64_t bytes);

// "phi-4 needs about 12.0 GiB for tuning (weights 8.9, ...); <where> has 8.0
// GiB".
std::string DescribeShortage(absl::string_view preset, absl::string_view use,
                             const MemoryEstimate& need,
                             absl::string_view where, int64_t available_bytes);

}  // namespace kaito::controller

#endif  // KAITO_OPERATOR_ESTIMATE_MEMORY_ESTIMATE_H_
